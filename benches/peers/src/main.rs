//! `foretell-peers [--rows N,N] [--json FILE] [--check] [--quick] [--nights] [--linear] [--threads]`

use std::process::ExitCode;

use foretell_peers::child::{self, CHILD};
use foretell_peers::floors::Floor;
use foretell_peers::linear;
use foretell_peers::measure::{self, Plan};
use foretell_peers::nights;
use foretell_peers::report;
use foretell_peers::workload::Spec;
use foretell_peers::year;

const USAGE: &str = "foretell against hand-written code and other rule engines

  --rows N,N    sizes of books, instead of 10000,100000,1000000
  --json FILE   write all figures as JSON
  --check       fail where a floor of floors.json is not kept
  --quick       one small book and few repetitions
  --nights      measure nights with a state, and nothing else
  --linear      measure whether learning and loading grow as their rows do, and nothing else
  --year ROWS NIGHTS
                assess so many subjects for so many nights, and say how long it took and how much memory
  --threads     measure two threads against one, and nothing else (with --features rayon)
";

#[derive(Debug, Default)]
struct Arguments {
    rows: Option<Vec<usize>>,
    json: Option<String>,
    check: bool,
    quick: bool,
    nights: bool,
    linear: bool,
    threads: bool,
}

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    if let [first, what, count] = &given[..]
        && first == CHILD
        && let Ok(count) = count.parse()
    {
        child::run_child(what, count);
        return ExitCode::SUCCESS;
    }
    if let [first, rows, times] = &given[..]
        && let "--second-nights" | "--plain-nights" = first.as_str()
        && let (Ok(rows), Ok(times)) = (rows.parse(), times.parse())
    {
        nights::second_nights(&Spec::read(), first == "--second-nights", rows, times);
        return ExitCode::SUCCESS;
    }
    if let [first, rows, nights] = &given[..]
        && first == "--year"
        && let (Ok(rows), Ok(nights)) = (rows.parse(), nights.parse())
    {
        year::run(&Spec::read(), rows, nights);
        return ExitCode::SUCCESS;
    }
    if let [first, what, sizes @ ..] = &given[..]
        && first == "--linear-part"
    {
        let sizes: Vec<usize> = sizes.iter().filter_map(|it| it.parse().ok()).collect();
        linear::part(what, &sizes);
        return ExitCode::SUCCESS;
    }
    match read(given.into_iter()).and_then(|it| run(&it)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprint!("{why}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn read(mut given: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments::default();
    while let Some(it) = given.next() {
        match it.as_str() {
            "--check" => arguments.check = true,
            "--quick" => arguments.quick = true,
            "--nights" => arguments.nights = true,
            "--linear" => arguments.linear = true,
            "--threads" => arguments.threads = true,
            "--json" => arguments.json = Some(given.next().ok_or("`--json` needs a file")?),
            "--rows" => {
                let list = given.next().ok_or("`--rows` needs numbers")?;
                let numbers = list.split(',').map(|it| it.parse().ok().filter(|it| *it > 0));
                let numbers: Option<Vec<usize>> = numbers.collect();
                arguments.rows = Some(numbers.ok_or(format!("`{list}` is no list of numbers"))?);
            }
            other => return Err(format!("no argument is called `{other}`")),
        }
    }
    Ok(arguments)
}

/// Whether every floor is kept, where it was asked.
fn run(arguments: &Arguments) -> Result<bool, String> {
    // Work on other threads is not in this thread's processor time.
    if cfg!(feature = "rayon") != arguments.threads {
        return Err("`--threads` needs `--features rayon`, and all else goes without".to_owned());
    }
    let spec = Spec::read();
    let mut plan = if arguments.quick { Plan::quick() } else { Plan::full() };
    if let Some(rows) = &arguments.rows {
        plan.rows.clone_from(rows);
    }
    let most = plan.rows.iter().copied().max().unwrap_or_default();
    let measured = match arguments {
        Arguments { threads: true, .. } => measure::threads(most),
        Arguments { nights: true, .. } => nights::all(&spec, &plan),
        Arguments { linear: true, .. } => linear::all(arguments.quick),
        _ => measure::all(&spec, &plan),
    };
    print!("{}", report::text(&measured));
    if let Some(file) = &arguments.json {
        let text = serde_json::to_string_pretty(&measured).map_err(|it| it.to_string())?;
        std::fs::write(file, text + "\n").map_err(|it| format!("`{file}`: {it}"))?;
    }
    let mut all_kept = true;
    if arguments.check {
        println!("\nfloors");
        let with = [
            ("--threads", arguments.threads),
            ("--nights", arguments.nights),
            ("--linear", arguments.linear),
        ];
        let with = with.iter().find(|with| with.1).map(|with| with.0.to_owned());
        for floor in Floor::all().iter().filter(|it| it.only_with == with) {
            match floor.kept(&measured) {
                Ok(told) => println!("  kept   {told}"),
                Err(told) => {
                    all_kept = false;
                    println!("  UNDER  {told}");
                }
            }
        }
    }
    Ok(all_kept)
}
