//! The words of a text, and words that are looked for in it.
//!
//! Letters, digits, `_` and the marks on letters make words. Chinese, Japanese, Korean, Thai and their neighbours are written without spaces (Korean
//! with its endings on the word), so no border of a word can be seen in them: see [`Keyword`].

use std::ops::Range;

use super::fold::Folded;

/// What a character is to words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A letter, digit or `_` of what is written with spaces.
    Spaced,
    /// A letter of what is written without.
    Unspaced,
    /// Spaces, punctuation and symbols.
    Between,
}

/// Scripts in which no border of a word can be seen: Thai, Lao, Tibetan, Myanmar, Korean, Khmer, kana, Bopomofo and Chinese characters.
const UNSPACED: [(u32, u32); 14] = [
    (0x0e00, 0x0eff),
    (0x0f00, 0x109f),
    (0x1100, 0x11ff),
    (0x1780, 0x17ff),
    (0x2e80, 0x2fdf),
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3040, 0x31ff),
    (0x3400, 0x4dbf),
    (0x4e00, 0x9fff),
    (0xa960, 0xa97f),
    (0xac00, 0xd7ff),
    (0xf900, 0xfaff),
    (0x1b000, 0x3ffff),
];

impl Class {
    fn of(char: char) -> Self {
        if char.is_ascii() {
            let word = char.is_ascii_alphanumeric() || char == '_';
            return if word { Self::Spaced } else { Self::Between };
        }
        let code = u32::from(char);
        // Marks on letters that are no letters by themselves: accents, and what leaves a vowel out in the scripts of India.
        let mark = matches!(code, 0x300..=0x36f | 0x591..=0x5bd | 0x64b..=0x65f | 0x1ab0..=0x1aff | 0x20d0..=0x20ff)
            || (0x0900..=0x0d7f).contains(&code) && matches!(code % 0x80, 0x3c | 0x4d)
            || code == 0xdca;
        let letter =
            mark || char.is_alphanumeric() || matches!(code, 0xe31..=0xe4e | 0x3099 | 0x309a);
        match letter {
            false => Self::Between,
            true if UNSPACED.iter().any(|(from, to)| (*from..=*to).contains(&code)) => {
                Self::Unspaced
            }
            true => Self::Spaced,
        }
    }
}

/// A word that is looked for: one or more words, compared as [`Folded`], at borders of words.
///
/// An end of it that is a letter or digit of what is written with spaces must not touch another such letter or digit: `port` is not in
/// `report` and is in `cell-port`. A `*` at that end takes the rule off: `cancel*` is in `cancelled`. Any other end needs no border: `c++`
/// and `/plan` are found as they stand, and words of Chinese or Japanese wherever their characters stand side by side, which takes `京都` to be in `東京都`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keyword {
    chars: Vec<char>,
    /// Whether it may not touch a letter before it, and after it.
    borders: (bool, bool),
}

impl Keyword {
    /// `None` where there is nothing to look for: no character but spaces and `*`.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let folded = Folded::of(text);
        let trimmed = trim(folded.chars(), ' ');
        let chars = trim(trim(trimmed, '*'), ' ');
        let (first, last) = (chars.first()?, chars.last()?);
        let open = (trimmed.first() == Some(&'*'), trimmed.last() == Some(&'*'));
        let asks = |char: char, open: bool| Class::of(char) == Class::Spaced && !open;
        let borders = (asks(*first, open.0), asks(*last, open.1));
        Some(Self { borders, chars: chars.to_vec() })
    }

    /// Whether a `*` stands beside a letter elsewhere than at an end, where it means nothing.
    pub(crate) fn has_inner_star(&self) -> bool {
        let is_word = |char: &char| Class::of(*char) != Class::Between;
        self.chars.windows(2).any(|pair| pair.contains(&'*') && pair.iter().any(is_word))
    }

    /// The bytes of the text at which it first stands.
    pub(crate) fn find(&self, text: &Folded) -> Option<Range<usize>> {
        let all = text.chars();
        let touches = |at: Option<usize>| {
            at.and_then(|at| all.get(at)).is_some_and(|char| Class::of(*char) == Class::Spaced)
        };
        let stands = |from: &usize| {
            let to = from + self.chars.len();
            all.get(*from..to) == Some(&*self.chars)
                && !(self.borders.0 && touches(from.checked_sub(1)))
                && !(self.borders.1 && touches(Some(to)))
        };
        let last = all.len().checked_sub(self.chars.len())?;
        let from = (0..=last).find(stands)?;
        Some(text.bytes(from..from + self.chars.len()))
    }
}

/// Without such characters at the ends.
fn trim(mut chars: &[char], end: char) -> &[char] {
    while let [rest @ .., last] = chars
        && *last == end
    {
        chars = rest;
    }
    while let [first, rest @ ..] = chars
        && *first == end
    {
        chars = rest;
    }
    chars
}

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// As it is compared.
    pub(crate) text: String,
    /// The bytes of the text at which it stands.
    pub(crate) at: Range<usize>,
    /// Whether it is a run of characters that are written without spaces: several words, maybe.
    pub(crate) unspaced: bool,
}

/// The words of a text in order. An apostrophe between letters and a point or comma between digits are within a word: `can't`, `3.5`.
#[cfg_attr(not(test), expect(dead_code, reason = "search and topics read texts by words"))]
pub(crate) fn words(text: &str) -> Vec<Word> {
    let folded = Folded::of(text);
    let chars = folded.chars();
    let class = |at: usize| chars.get(at).map_or(Class::Between, |char| Class::of(*char));
    let joins = |at: usize| {
        let around =
            [at.checked_sub(1), at.checked_add(1)].map(|at| at.and_then(|at| chars.get(at)));
        let [Some(before), Some(after)] = around else { return false };
        match chars.get(at) {
            Some('\'') => {
                let letter =
                    |char: &char| char.is_alphabetic() && Class::of(*char) == Class::Spaced;
                letter(before) && letter(after)
            }
            Some('.' | ',') => before.is_ascii_digit() && after.is_ascii_digit(),
            _ => false,
        }
    };
    let mut words: Vec<Word> = Vec::new();
    let mut from = 0;
    while from < chars.len() {
        let kind = class(from);
        if kind == Class::Between {
            from += 1;
            continue;
        }
        let mut to = from + 1;
        while class(to) == kind || (kind == Class::Spaced && joins(to)) {
            to += 1;
        }
        words.push(Word {
            text: chars.get(from..to).unwrap_or_default().iter().collect(),
            at: folded.bytes(from..to),
            unspaced: kind == Class::Unspaced,
        });
        from = to;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{Keyword, words};
    use crate::text::fold::Folded;

    fn has(text: &str, keyword: &str) -> bool {
        Keyword::new(keyword).unwrap().find(&Folded::of(text)).is_some()
    }

    #[test]
    fn a_keyword_stands_at_borders_of_words() {
        for (keyword, text, wanted) in [
            ("cancel", "please CANCEL!", true),
            ("cancel", "cancelled yesterday", false),
            ("cancel*", "cancelled yesterday", true),
            ("*port", "the report is here", true),
            ("port", "the report is here", false),
            ("port", "my cell-port request", true),
            // The second time, where the first touches a letter.
            ("port", "report: port", true),
            ("c++", "our C++ build fails", true),
            ("c++", "abc++", false),
            ("/plan", "use /plan now", true),
            ("/plan", "see docs/planning", false),
            ("code review", "code\n  review please", true),
            ("  code   review ", "code review", true),
            ("can't log in", "I can’t log in today", true),
            ("sla", "Slack is down", false),
            ("cancel", "call cancel_account", false),
            ("refund", "refund1 failed", false),
            ("refund", "", false),
            ("refund", "ref", false),
            ("refund", "先週のrefundが届かない", true),
            ("refund", "prefund the account", false),
            ("解約", "お客様は解約したい", true),
            ("refund", "ＲＥＦＵＮＤ please", true),
            ("发票号", "发票号7对不上", true),
            ("リファンド", "ﾘﾌｧﾝﾄﾞをください", true),
            ("退款", "退货款项", false),
            ("환불", "환불해주세요", true),
            ("කරන", "කරන්න", false),
            // What is pasted brings characters that nobody sees.
            ("refund\u{200b}", "a refund", true),
            ("\u{feff} refund", "refund now", true),
            ("*port ", "the report is here", true),
            // Without a dictionary nobody sees where a word of Japanese ends: Kyoto in Tokyo-to.
            ("京都", "東京都に住む", true),
            ("refund", "refundครับ", true),
            ("ยกเลิก", "ขอยกเลิกครับ", true),
        ] {
            assert_eq!(has(text, keyword), wanted, "`{keyword}` in `{text}`");
        }
        for nothing in ["", " ", "*", "**", " * ", "* *", "\u{ad}", "\u{200b}"] {
            assert_eq!(Keyword::new(nothing), None, "{nothing:?}");
        }
        for (keyword, wanted) in [
            ("c*l", true),
            ("cancel* now", true),
            ("cancel*", false),
            ("*port*", false),
            ("2 * 3", false),
        ] {
            assert_eq!(Keyword::new(keyword).unwrap().has_inner_star(), wanted, "{keyword}");
        }
    }

    #[test]
    fn what_is_written_in_two_ways_is_one() {
        for (one, two) in [
            ("café", "CAFE\u{301}"),
            ("việt", "vie\u{323}\u{302}t"),
            ("straße", "STRASSE"),
            ("ΟΔΟΣ", "οδος"),
            ("офис", "ОФИС"),
            ("й", "и\u{306}"),
            ("ガラス", "ｶﾞﾗｽ"),
            ("ぱ", "は\u{309a}"),
            ("한", "\u{1112}\u{1161}\u{11ab}"),
            ("ﬁnal", "final"),
            ("iptal", "İPTAL"),
            ("e-mail", "e\u{2011}mail"),
            ("cooperate", "co\u{ad}operate"),
            ("１２３", "123"),
            ("a b", "a\u{3000}\u{a0}b"),
        ] {
            assert_eq!(Folded::of(one).chars(), Folded::of(two).chars(), "{one} and {two}");
            assert!(has(one, two) && has(two, one), "{one} and {two}");
        }
        // What is another word stays one.
        for (one, two) in
            [("resume", "résumé"), ("cafe", "cafe\u{301}"), ("か", "が"), ("x", "x\u{305}")]
        {
            assert!(!has(two, one), "{one} in {two}");
        }
    }

    #[test]
    fn a_place_is_that_of_the_text_itself() {
        for (keyword, text, wanted) in [
            ("AMP", "R&D said \"amp\"", "amp"),
            ("refund", "先週のＲＥＦＵＮＤが", "ＲＥＦＵＮＤ"),
            ("cafe\u{301}", "un café", "café"),
            ("code review", "a code \n review", "code \n review"),
            ("ガ", "ｶﾞ!", "ｶﾞ"),
        ] {
            let at = Keyword::new(keyword).unwrap().find(&Folded::of(text)).unwrap();
            assert_eq!(text.get(at), Some(wanted), "{keyword}");
        }
    }

    #[test]
    fn words_are_runs_of_letters() {
        for (text, wanted) in [
            ("Don’t cancel -- it's 3.5%, not 1,000.", "don't|cancel|it's|3.5|not|1,000"),
            ("call cancel_account('x')", "call|cancel_account|x"),
            ("先週のrefundが届かない", "先週の|refund|が届かない"),
            ("'quoted' ... ,5", "quoted|5"),
            ("हिन्दी भाषा", "हिन्दी|भाषा"),
            ("", ""),
        ] {
            let found = words(text);
            let shown: Vec<&str> = found.iter().map(|word| word.text.as_str()).collect();
            assert_eq!(shown.join("|"), wanted);
            for word in &found {
                let cut = text.get(word.at.clone()).unwrap();
                assert_eq!(words(cut)[0].text, word.text);
                assert_eq!(word.unspaced, word.text.starts_with(['先', 'が']));
            }
        }
    }
}
