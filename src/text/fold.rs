//! A text as it is compared: in lower case, in one width, accents put together, white space as one space.
//!
//! Near to NFKC and case folding (Unicode Standard Annex 15, and chapter 3.13), by the standard library's lower case, arithmetic
//! and two small tables. Covered are what people type: full-width letters, digits and marks, half-width katakana, accents of Latin,
//! Greek and Cyrillic letters and of kana written apart, Korean syllables written apart, `ß`, the last `ς`, ligatures such as `ﬁ`,
//! curly apostrophes, hyphens, soft hyphens and joiners. Not covered: circled and raised digits, Roman numerals and fractions of one character, squared words,
//! Arabic presentation forms, half-width Korean, accents in an order that is not canonical, and Turkish `ı`, which is another letter than `i`.

use std::ops::Range;

/// Letters that an accent makes another of: each followed by what it becomes (Unicode 15.1, canonical compositions).
const COMPOSED: &[(char, &str)] = &[
    ('\u{0300}', "aàeèiìoòuùüǜnǹеѐиѝēḕōṑwẁâầăằêềôồơờưừyỳ"),
    (
        '\u{0301}',
        "aáeéiíoóuúyýcćlĺnńrŕsśzźüǘgǵåǻæǽøǿϊΐαάεέηήιίϋΰοόυύωώгѓкќçḉēḗïḯkḱmḿõṍōṓpṕũṹwẃâấăắêếôốơớưứ",
    ),
    ('\u{0302}', "aâeêiîoôuûcĉgĝhĥjĵsŝwŵyŷzẑạậẹệọộ"),
    ('\u{0303}', "aãnñoõiĩuũvṽâẫăẵeẽêễôỗơỡưữyỹ"),
    ('\u{0304}', "aāeēiīoōuūüǖäǟȧǡæǣǫǭöȫõȭȯȱyȳиӣуӯgḡḷḹṛṝ"),
    ('\u{0306}', "aăeĕgğiĭoŏuŭийуўжӂаӑеӗȩḝạặ"),
    ('\u{0307}', "cċeėgġzżaȧoȯbḃdḋfḟhḣmṁnṅpṗrṙsṡśṥšṧṣṩtṫwẇxẋyẏ"),
    ('\u{0308}', "aäeëiïoöuüyÿιϊυϋеёіїаӓәӛжӝзӟиӥоӧөӫэӭуӱчӵыӹhḧõṏūṻwẅxẍtẗ"),
    ('\u{0309}', "aảâẩăẳeẻêểiỉoỏôổơởuủưửyỷ"),
    ('\u{030a}', "aåuůwẘyẙ"),
    ('\u{030b}', "oőuűуӳ"),
    ('\u{030c}', "cčdďeělľnňrřsštťzžaǎiǐoǒuǔüǚgǧkǩʒǯjǰhȟ"),
    ('\u{030f}', "aȁeȅiȉoȍrȑuȕѵѷ"),
    ('\u{0311}', "aȃeȇiȋoȏrȓuȗ"),
    ('\u{031b}', "oơuư"),
    ('\u{0323}', "bḅdḍhḥkḳlḷmṃnṇrṛsṣtṭvṿwẉzẓaạeẹiịoọơợuụưựyỵ"),
    ('\u{0324}', "uṳ"),
    ('\u{0325}', "aḁ"),
    ('\u{0326}', "sștț"),
    ('\u{0327}', "cçgģkķlļnņrŗsştţeȩdḑhḩ"),
    ('\u{0328}', "aąeęiįuųoǫ"),
    ('\u{032d}', "dḓeḙlḽnṋtṱuṷ"),
    ('\u{032e}', "hḫ"),
    ('\u{0330}', "eḛiḭuṵ"),
    ('\u{0331}', "bḇdḏkḵlḻnṉrṟtṯzẕhẖ"),
    (
        '\u{3099}',
        "かがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼうゔカガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボウヴ",
    ),
    ('\u{309a}', "はぱひぴふぷへぺほぽハパヒピフプヘペホポ"),
];

/// Half-width katakana and marks, from U+FF61 on.
const HALF_WIDTH: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

/// A folded text, and where each of its characters comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folded {
    chars: Vec<char>,
    /// The bytes of the text that each character stands for.
    from: Vec<Range<usize>>,
}

impl Folded {
    pub(crate) fn of(text: &str) -> Self {
        let mut folded = Self::default();
        for (at, char) in text.char_indices() {
            folded.take(char, at..at + char.len_utf8());
        }
        folded
    }

    pub(crate) fn chars(&self) -> &[char] {
        &self.chars
    }

    /// The bytes of the text that some of the characters stand for.
    pub(crate) fn bytes(&self, chars: Range<usize>) -> Range<usize> {
        let all = self.from.get(chars).unwrap_or_default();
        match (all.first(), all.last()) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => 0..0,
        }
    }

    fn take(&mut self, char: char, at: Range<usize>) {
        if char.is_ascii_graphic() {
            return self.push(char.to_ascii_lowercase(), at);
        }
        if char.is_whitespace() || char == '\u{200b}' {
            match self.chars.last() {
                Some(' ') => self.stretch(at.end),
                _ => self.push(' ', at),
            }
            return;
        }
        if is_ignored(char) {
            return self.stretch(at.end);
        }
        if let Some(letters) = ligature(char) {
            return letters.chars().for_each(|letter| self.push(letter, at.clone()));
        }
        for lower in in_one_width(char).to_lowercase() {
            match lower {
                'ß' => ['s', 's'].into_iter().for_each(|letter| self.push(letter, at.clone())),
                'ς' => self.push('σ', at.clone()),
                'ſ' => self.push('s', at.clone()),
                'µ' => self.push('μ', at.clone()),
                '‘' | '’' | 'ʼ' => self.push('\'', at.clone()),
                '\u{2010}' | '\u{2011}' => self.push('-', at.clone()),
                lower => match self
                    .chars
                    .last_mut()
                    .and_then(|last| Some((compose(*last, lower)?, last)))
                {
                    Some((whole, last)) => {
                        *last = whole;
                        self.stretch(at.end);
                    }
                    None => self.push(lower, at.clone()),
                },
            }
        }
    }

    fn push(&mut self, char: char, at: Range<usize>) {
        self.chars.push(char);
        self.from.push(at);
    }

    /// Lets the last character stand for more of the text.
    fn stretch(&mut self, end: usize) {
        if let Some(last) = self.from.last_mut() {
            last.end = end;
        }
    }
}

/// Whether a character says nothing of a word: soft hyphens, joiners, marks of direction and of presentation.
const fn is_ignored(char: char) -> bool {
    matches!(char, '\u{ad}' | '\u{200c}'..='\u{200f}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

const fn ligature(char: char) -> Option<&'static str> {
    Some(match char {
        'ﬀ' => "ff",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'ﬃ' => "ffi",
        'ﬄ' => "ffl",
        'ﬅ' | 'ﬆ' => "st",
        _ => return None,
    })
}

/// Full-width ASCII in its own width, half-width katakana in theirs.
fn in_one_width(char: char) -> char {
    let code = u32::from(char);
    match char {
        '！'..='～' => char::from_u32(code - 0xfee0).unwrap_or(char),
        '\u{ff9e}' => '\u{3099}',
        '\u{ff9f}' => '\u{309a}',
        '｡'..='ﾝ' => HALF_WIDTH.chars().nth((code - 0xff61) as usize).unwrap_or(char),
        _ => char,
    }
}

/// The one letter that a letter and what follows it make.
fn compose(first: char, next: char) -> Option<char> {
    match next {
        // Turkish `İ` in lower case.
        '\u{307}' if first == 'i' => Some('i'),
        '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}' => {
            let (_, pairs) = COMPOSED.iter().find(|(mark, _)| *mark == next)?;
            let mut pairs = pairs.chars();
            while let (Some(letter), Some(whole)) = (pairs.next(), pairs.next()) {
                if letter == first {
                    return Some(whole);
                }
            }
            None
        }
        // Korean syllables, by arithmetic (Unicode Standard, 3.12).
        '\u{1161}'..='\u{1175}' => {
            let lead = u32::from(first).checked_sub(0x1100).filter(|lead| *lead < 19)?;
            char::from_u32(0xac00 + (lead * 21 + u32::from(next) - 0x1161) * 28)
        }
        '\u{11a8}'..='\u{11c2}' => {
            let open =
                u32::from(first).checked_sub(0xac00).filter(|it| *it < 11172 && it % 28 == 0)?;
            char::from_u32(0xac00 + open + u32::from(next) - 0x11a7)
        }
        _ => None,
    }
}
