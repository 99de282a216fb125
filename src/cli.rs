//! The command line: declarations only. memcached's own letters where they start a server, long
//! names everywhere else. What is shown of it stands in the catalogue of texts (`cli.ftl`), by the names here.

mod lang;
mod memcached;
mod record;
mod said;
mod shown;
#[cfg(test)]
mod texts_tests;

pub use lang::asked;
pub use memcached::Suboption;
pub use record::RecordTo;
pub use said::{said, what_is_wrong};
pub use shown::{command, parse};

use crate::event::{Detail, MAX_DATA, Protocol};
use crate::texts::Language;
use crate::trace::format::Redacted;
use crate::ui::GoTo;
use clap::builder::{BoolishValueParser, NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use lang::LangParser;
use memcached::{binding_protocol, delimiter, factor, item_size_max, octal, refused, suboption};
use record::{events_token, ring_size};
use std::path::PathBuf;
use std::time::Duration;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "memstep",
    version,
    propagate_version = true,
    disable_help_subcommand = true,
    args_override_self = true
)]
pub struct Cli {
    /// The language of all that is said.
    #[arg(long, global = true, value_name = "LANG", value_parser = LangParser, display_order = 998)]
    pub lang: Option<Language>,
    /// What to do; nothing means the guided tour.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The server.
    #[command(display_name = "memstep", mut_arg("suboptions", |arg| arg.short('o')))]
    Serve {
        /// The server's options.
        #[command(flatten)]
        server: ServerArgs,
        /// Where the recording goes.
        #[command(flatten)]
        record: RecordTo,
    },
    /// The server with the terminal UI in front.
    #[command(display_name = "memstep", mut_arg("suboptions", |arg| arg.short('o')))]
    Live {
        /// The server's options.
        #[command(flatten)]
        server: ServerArgs,
        /// Where the recording goes.
        #[command(flatten)]
        record: RecordTo,
        /// The lesson to go through.
        #[arg(long, value_name = "NAME|FILE.md", value_parser = NonEmptyStringValueParser::new(), help_heading = "Lesson")]
        lesson: Option<String>,
        /// How it looks.
        #[command(flatten)]
        look: LookArgs,
    },
    /// The terminal UI on a server elsewhere.
    #[command(display_name = "memstep")]
    Attach {
        /// Where its events port is.
        addr: String,
        /// That server's token.
        #[arg(long, value_name = "TOKEN", env = "MEMSTEP_EVENTS_TOKEN", hide_env_values = true, value_parser = events_token)]
        events_token: Option<String>,
        /// How it looks.
        #[command(flatten)]
        look: LookArgs,
    },
    /// Play a script against a fresh server, and record.
    #[command(display_name = "memstep")]
    Record {
        /// The script.
        session: PathBuf,
        /// The trace to write.
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Let go of what is there already.
        #[arg(long)]
        overwrite: bool,
        /// The server's options.
        #[command(flatten)]
        server: ServerArgs,
    },
    /// The terminal UI on a recording.
    #[command(display_name = "memstep")]
    Replay {
        /// What to read.
        #[command(flatten)]
        input: TraceInput,
        /// Where to start.
        #[arg(long, value_name = "N|TIME|MARK")]
        at: Option<GoTo>,
        /// How fast to play.
        #[arg(long, value_name = "X", value_parser = speed)]
        speed: Option<f64>,
        /// The longest pause when playing.
        #[arg(long, value_name = "T", value_parser = duration)]
        idle_limit: Option<Duration>,
        /// Whether to stop at every chapter.
        #[arg(long, value_name = "yes|no", num_args = 0..=1, require_equals = true, default_missing_value = "yes", value_parser = BoolishValueParser::new())]
        pause_on_marks: Option<bool>,
        /// Which events are shown.
        #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
        filter: Option<String>,
        /// How it looks.
        #[command(flatten)]
        look: LookArgs,
    },
    /// Print a recording.
    #[command(display_name = "memstep")]
    Print {
        /// What to read.
        #[command(flatten)]
        input: TraceInput,
        /// In which form
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        /// Which events are printed.
        #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
        filter: Option<String>,
    },
    /// Lessons beside their recordings.
    #[command(display_name = "memstep")]
    Lesson(LessonArgs),
    /// Check a recording, or a lesson.
    #[command(display_name = "memstep")]
    Check {
        /// A trace, or a lesson (FILE.md).
        #[command(flatten)]
        input: TraceInput,
    },
    /// Tell what is in a recording.
    #[command(display_name = "memstep")]
    Info {
        /// What to read.
        #[command(flatten)]
        input: TraceInput,
    },
    /// Print the format of recordings.
    #[command(display_name = "memstep")]
    Schema {
        /// The page, in Markdown
        #[arg(long)]
        page: bool,
    },
    /// Print a settings file to begin with.
    #[command(display_name = "memstep")]
    Config,
    /// Print what makes a shell complete.
    #[command(display_name = "memstep")]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print a manual page.
    #[command(display_name = "memstep")]
    Man {
        /// The command; nothing means memstep itself
        command: Option<String>,
    },
}

impl Command {
    /// How its screens are to look, where it has any.
    pub fn look(&self) -> Option<LookArgs> {
        match self {
            Command::Live { look, .. } | Command::Attach { look, .. } | Command::Replay { look, .. } => {
                Some(*look)
            }
            Command::Lesson(args) => Some(args.look),
            _ => None,
        }
    }
}

/// A trace to read.
#[derive(Debug, Clone, Args)]
pub struct TraceInput {
    /// The trace.
    pub file: PathBuf,
    /// Skip broken lines.
    #[arg(long)]
    pub lenient: bool,
}

/// Which lesson, and what of it.
#[derive(Debug, Clone, Default, Args)]
pub struct LessonArgs {
    /// Its number, its name or how that begins; or its file.
    #[arg(value_name = "NAME|FILE.md", value_parser = NonEmptyStringValueParser::new())]
    pub name: Option<String>,
    /// Whatever was reached before.
    #[arg(long, conflicts_with_all = ["list", "text", "new"])]
    pub from_start: bool,
    /// List them.
    #[arg(long, conflicts_with_all = ["name", "text", "new"])]
    pub list: bool,
    /// As text, even where there is a terminal.
    #[arg(long)]
    pub text: bool,
    /// Begin one over this recording.
    #[arg(long, value_name = "RECORDING", conflicts_with_all = ["name", "text"])]
    pub new: Option<PathBuf>,
    /// Where the new one goes.
    #[arg(short, long, value_name = "FILE.md", requires = "new")]
    pub output: Option<PathBuf>,
    /// How it looks.
    #[command(flatten)]
    pub look: LookArgs,
}

/// memcached's options.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "memcached's options")]
pub struct ServerArgs {
    /// See [`ServerArgs::tcp_port`].
    #[arg(short = 'p', value_name = "num")]
    pub port: Option<u16>,
    /// Lists of addresses.
    #[arg(short = 'l', value_name = "addr", value_parser = memcached::interfaces)]
    pub listen: Vec<String>,
    /// 0 is off.
    #[arg(short = 'U', value_name = "num", default_value_t = 0)]
    pub udp_port: u16,
    /// Number of worker threads
    #[arg(short = 't', value_name = "num", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: u16,
    /// In megabytes; 0: as much as there is.
    #[arg(short = 'm', value_name = "num", default_value_t = 64, value_parser = clap::value_parser!(u64).range(0..=1 << 30))]
    pub memory: u64,
    /// Simultaneous connections
    #[arg(short = 'c', value_name = "num", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_conns: u32,
    /// Requests of a connection per event.
    #[arg(short = 'R', value_name = "num", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub reqs_per_event: u32,
    /// Of `listen`.
    #[arg(short = 'b', value_name = "num", default_value_t = 1024, value_parser = clap::value_parser!(i32).range(0..))]
    pub backlog: i32,
    /// The user to become.
    #[arg(short = 'u', value_name = "username")]
    pub user: Option<String>,
    /// UNIX socket to listen on.
    #[arg(short = 's', value_name = "file", conflicts_with = "listen")]
    pub socketpath: Option<PathBuf>,
    /// Its access mask.
    #[arg(short = 'a', value_name = "mask", default_value = "0700", value_parser = octal)]
    pub access: u32,
    /// Whether `shutdown` is a command.
    #[arg(short = 'A')]
    pub shutdown_command: bool,
    /// Run as a daemon
    #[arg(short = 'd')]
    pub daemon: bool,
    /// Where the process id is kept.
    #[arg(short = 'P', value_name = "file")]
    pub pid_file: Option<PathBuf>,
    /// Maximize the core file limit
    #[arg(short = 'r')]
    pub maxcore: bool,
    /// Lock down all paged memory
    #[arg(short = 'k')]
    pub lock_memory: bool,
    /// Whether a full memory is an error.
    #[arg(short = 'M')]
    pub no_evictions: bool,
    /// Chunk size growth factor
    #[arg(short = 'f', value_name = "factor", default_value_t = 1.25, value_parser = factor)]
    pub factor: f64,
    /// Least space for key, value and flags.
    #[arg(short = 'n', value_name = "bytes", default_value_t = 48, value_parser = clap::value_parser!(u32).range(1..=1 << 27))]
    pub chunk_size: u32,
    /// Size of a slab page.
    #[arg(short = 'I', value_name = "size", default_value = "1m", value_parser = item_size_max)]
    pub item_size_max: u32,
    /// Where prefixes of keys end, for `stats detail`.
    #[arg(short = 'D', value_name = "char", value_parser = delimiter)]
    pub prefix_delimiter: Option<u8>,
    /// Disable use of CAS
    #[arg(short = 'C')]
    pub no_cas: bool,
    /// Disable flush_all
    #[arg(short = 'F')]
    pub no_flush: bool,
    /// What clients may speak.
    #[arg(short = 'B', value_name = "protocol", default_value = "auto", value_parser = binding_protocol)]
    pub protocol: Protocol,
    /// `-o`.
    #[arg(long = "extended", value_name = "options", value_delimiter = ',', value_parser = suboption)]
    pub suboptions: Vec<Suboption>,
    /// 1.4.24 refuses them on Linux, too.
    #[arg(short = 'L', hide = true, value_parser = refused(Language::value_large_pages), num_args = 0..=1, default_missing_value = "")]
    large_pages: Option<String>,
    /// SASL.
    #[arg(short = 'S', hide = true, value_parser = refused(Language::value_sasl), num_args = 0..=1, default_missing_value = "")]
    sasl: Option<String>,
    /// How much is said.
    #[arg(short = 'v', action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// memcached has no such option.
    #[arg(long, value_enum, value_name = "NAME", help_heading = "Experiments")]
    pub experiment: Option<Experiment>,
    /// By default the flow for `serve`, calls otherwise.
    #[arg(long, value_name = "DETAIL", value_parser = details(), help_heading = "Recording")]
    pub detail: Option<Detail>,
    /// How many bytes of each payload are kept
    #[arg(long, value_name = "N", default_value_t = MAX_DATA, value_parser = clap::value_parser!(u32).range(0..=65536), help_heading = "Recording")]
    pub max_data: u32,
    /// What is left out of the recording.
    #[arg(long, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "values", help_heading = "Recording")]
    pub redact_data: Option<Redacted>,
    /// The memory of each thread for what is not written yet.
    #[arg(long, value_name = "SIZE", default_value = "1MB", value_parser = ring_size, help_heading = "Recording")]
    pub ring_size: u64,
}

impl ServerArgs {
    /// The TCP port: where only UDP's is given, it is TCP's, too (`memcached.c:5517`).
    ///
    /// DIFFERS: `-U 0` alone is no port for TCP, or the server would listen nowhere.
    pub fn tcp_port(&self) -> u16 {
        self.port.unwrap_or(if self.udp_port == 0 { 11211 } else { self.udp_port })
    }
}

/// What can be changed about the server to see what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Experiment {
    /// Clients' sockets are registered with EPOLLET.
    EdgeTriggered,
}

impl Experiment {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Experiment::EdgeTriggered => "edge-triggered",
        }
    }
}

/// How the terminal UI looks.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Look")]
pub struct LookArgs {
    /// Which colours.
    #[arg(long, value_enum)]
    pub theme: Option<ThemeArg>,
    /// Whether to use colours
    #[arg(long, value_enum, value_name = "WHEN")]
    pub color: Option<When>,
    /// Draw with ASCII alone.
    #[arg(long)]
    pub ascii: bool,
    /// For a projector: fewer and larger things
    #[arg(long)]
    pub classroom: bool,
}

/// A set of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ThemeArg {
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// High contrast: no greys, and blocks of strong colours.
    Contrast,
    /// No colours, only bold, reversed and underlined.
    Mono,
}

/// Whether to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum When {
    /// As `NO_COLOR` and the terminal say.
    #[default]
    Auto,
    /// Even if they say otherwise.
    Always,
    /// Not at all.
    Never,
}

/// What `print` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// The story, for people
    #[default]
    Text,
    /// System calls and state changes, as strace and -vvv show them
    Flow,
    /// The system calls of the start-up
    Startup,
    /// The functions that each thread entered
    Calls,
    /// What memcached 1.4.24 -vvv would have printed
    Vvv,
    /// The trace's own lines, unchanged
    Jsonl,
}

/// `500ms`, `2s`, `1.5s`.
pub(crate) fn duration(s: &str) -> Result<Duration, String> {
    let expected = || Language::spoken().value_time().to_owned();
    let (number, unit) = match (s.strip_suffix("ms"), s.strip_suffix('s')) {
        (Some(number), _) => (number, 1e-3),
        (None, Some(number)) => (number, 1.0),
        (None, None) => return Err(expected()),
    };
    let number: f64 = number.parse().map_err(|_| expected())?;
    Duration::try_from_secs_f64(number * unit).map_err(|_| expected())
}

/// `2`, `0.5x`.
pub(crate) fn speed(s: &str) -> Result<f64, String> {
    match s.strip_suffix('x').unwrap_or(s).parse::<f64>() {
        Ok(speed) if speed.is_finite() && speed > 0.0 => Ok(speed),
        _ => Err(Language::spoken().value_speed().to_owned()),
    }
}

fn details() -> impl TypedValueParser<Value = Detail> {
    PossibleValuesParser::new(["flow", "calls"]).map(|word| match word.as_str() {
        "calls" => Detail::Calls,
        _ => Detail::Flow,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_declarations_hold_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn memcached_s_own_letters_mean_what_they_mean_there() {
        let line = "memstep serve -p 0 -l 127.0.0.1,::1 -l localhost:1 -t 2 -m 100 -c 10 -R 1 -U 0 -b 5 -u nobody -vvv";
        let Some(Command::Serve { server, record }) = Cli::try_parse_from(line.split(' ')).unwrap().command
        else {
            panic!("not serve")
        };
        assert_eq!(server.listen, ["127.0.0.1,::1", "localhost:1"]);
        assert_eq!((server.tcp_port(), server.threads, server.memory, server.max_conns), (0, 2, 100, 10));
        assert_eq!((server.reqs_per_event, server.backlog, server.verbose), (1, 5, 3));
        assert_eq!((server.user.as_deref(), record.record), (Some("nobody"), None));
        let ports = |line: &str| {
            let line = format!("memstep serve {line}");
            match Cli::try_parse_from(line.split_whitespace()).unwrap().command {
                Some(Command::Serve { server, .. }) => (server.tcp_port(), server.udp_port),
                _ => panic!("not serve"),
            }
        };
        assert_eq!(["", "-U 5", "-p 6", "-U 5 -p 6"].map(ports), [(11211, 0), (5, 5), (6, 0), (6, 5)]);
        assert_eq!(["-U 0", "-U 5 -p 0"].map(ports), [(11211, 0), (0, 5)]);
    }

    #[test]
    fn times_have_units_and_speeds_are_above_nought() {
        assert_eq!(duration("300ms"), Ok(Duration::from_millis(300)));
        for wrong in ["", "s", "-1s", "1h", "1e400s", "NaNs", "3"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        assert!(speed("0").is_err() && speed("inf").is_err() && speed("-1").is_err());
        assert_eq!(speed("2x"), Ok(2.0));
    }
}
