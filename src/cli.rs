//! The command line: declarations only. memcached's own letters where they start a server, long
//! names everywhere else.

mod memcached;
mod record;

pub use memcached::Suboption;
pub use record::RecordTo;

use crate::event::{Detail, MAX_DATA, Protocol};
use crate::texts::Language;
use crate::trace::format::Redacted;
use crate::ui::GoTo;
use clap::builder::{BoolishValueParser, NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
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
#[command(about = "A glass-box memcached: records every step of its event flow and plays it back")]
#[command(after_help = "With no command: the guided tour through `set a 0 0 4`.\n\
    Exit status: 0 ok, 1 problems found by `check`, 2 wrong usage or unreadable input.")]
pub struct Cli {
    /// What to do; nothing means the guided tour.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server, with memcached's own options
    #[command(display_name = "memstep", mut_arg("suboptions", |arg| arg.short('o')))]
    Serve {
        /// The server's options.
        #[command(flatten)]
        server: ServerArgs,
        /// Where the recording goes.
        #[command(flatten)]
        record: RecordTo,
    },
    /// Run the server with the terminal UI in front
    #[command(display_name = "memstep", mut_arg("suboptions", |arg| arg.short('o')))]
    Live {
        /// The server's options.
        #[command(flatten)]
        server: ServerArgs,
        /// Where the recording goes.
        #[command(flatten)]
        record: RecordTo,
        /// Go through this lesson with your own telnet: its steps wait for you to make things happen
        #[arg(long, value_name = "NAME|FILE.md", value_parser = NonEmptyStringValueParser::new(), help_heading = "Lesson")]
        lesson: Option<String>,
        /// The lesson's language: English (en) or Chinese (zh); by default as LANG says
        #[arg(long, value_name = "LANG", value_parser = langs(), requires = "lesson", help_heading = "Lesson")]
        lang: Option<Language>,
        /// How it looks.
        #[command(flatten)]
        look: LookArgs,
    },
    /// Look at a server elsewhere that was started with --events, in the terminal UI
    #[command(display_name = "memstep")]
    Attach {
        /// Where its events port is; a port alone is one of this machine
        addr: String,
        /// What that server's --events-token is
        #[arg(long, value_name = "TOKEN", env = "MEMSTEP_EVENTS_TOKEN", hide_env_values = true, value_parser = events_token)]
        events_token: Option<String>,
        /// How it looks.
        #[command(flatten)]
        look: LookArgs,
    },
    /// Play a .session script against a fresh server and record what happens
    #[command(display_name = "memstep")]
    Record {
        /// The script; its line `#args: -R 1` adds options for the server
        session: PathBuf,
        /// The trace to write, `-` for stdout
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Let go of a recording that is there already; without this it is kept, with a number behind its name
        #[arg(long)]
        overwrite: bool,
        /// The server's options.
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Play a recording in the terminal UI
    #[command(display_name = "memstep")]
    Replay {
        /// What to read.
        #[command(flatten)]
        input: TraceInput,
        /// Start at this event (`57`), time (`1.25s`, `300ms`), part (`50%`) or chapter
        #[arg(long, value_name = "N|TIME|MARK")]
        at: Option<GoTo>,
        /// Play this many times as fast as it happened
        #[arg(long, value_name = "X", value_parser = speed)]
        speed: Option<f64>,
        /// Wait no longer than this between two events when playing (`500ms`, `2s`)
        #[arg(long, value_name = "T", value_parser = duration)]
        idle_limit: Option<Duration>,
        /// Stop playing at every chapter
        #[arg(long, value_name = "yes|no", num_args = 0..=1, require_equals = true, default_missing_value = "yes", value_parser = BoolishValueParser::new())]
        pause_on_marks: Option<bool>,
        /// Show only the events that are meant, such as 'ev=state & conn=0' (see the README)
        #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
        filter: Option<String>,
        /// How it looks.
        #[command(flatten)]
        look: LookArgs,
    },
    /// Print a recording as text
    #[command(display_name = "memstep")]
    Print {
        /// What to read.
        #[command(flatten)]
        input: TraceInput,
        /// In which form
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        /// Only the events that are meant, such as 'ev=state & conn=0' (see the README)
        #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
        filter: Option<String>,
    },
    /// Go through a lesson beside its recording, list the lessons, or begin one of your own
    #[command(display_name = "memstep")]
    Lesson(LessonArgs),
    /// Check that a recording is whole and holds to the rules of the format, or that a lesson works
    #[command(display_name = "memstep")]
    Check {
        /// A trace, or a lesson (FILE.md).
        #[command(flatten)]
        input: TraceInput,
    },
    /// Tell what is in a recording
    #[command(display_name = "memstep")]
    Info {
        /// What to read.
        #[command(flatten)]
        input: TraceInput,
    },
    /// Print the format of recordings as a JSON Schema, or as a page to read
    #[command(display_name = "memstep")]
    Schema {
        /// The page, in Markdown
        #[arg(long)]
        page: bool,
    },
    /// Print a settings file to begin with, and where it belongs
    #[command(display_name = "memstep")]
    Config,
    /// Print what makes a shell complete memstep's commands and options
    #[command(display_name = "memstep")]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page, of memstep or of one of its commands
    #[command(display_name = "memstep")]
    Man {
        /// The command; nothing means memstep itself
        command: Option<String>,
    },
}

/// A trace to read.
#[derive(Debug, Clone, Args)]
pub struct TraceInput {
    /// The trace, `-` for stdin
    pub file: PathBuf,
    /// Count broken lines and skip them
    #[arg(long)]
    pub lenient: bool,
}

/// Which lesson, and what of it.
#[derive(Debug, Clone, Default, Args)]
pub struct LessonArgs {
    /// Its number, its name or how that begins; or the file of a lesson of your own (FILE.md)
    #[arg(value_name = "NAME|FILE.md", value_parser = NonEmptyStringValueParser::new())]
    pub name: Option<String>,
    /// English (en) or Chinese (zh); by default as LC_ALL, LC_MESSAGES or LANG says
    #[arg(long, value_name = "LANG", value_parser = langs())]
    pub lang: Option<Language>,
    /// Begin at the first step, whatever was reached and answered before
    #[arg(long, conflicts_with_all = ["list", "text", "new"])]
    pub from_start: bool,
    /// List the lessons: what each is about, how long it takes, how far you have come
    #[arg(long, conflicts_with_all = ["name", "text", "new"])]
    pub list: bool,
    /// The lesson as text, with the events, even where there is a terminal
    #[arg(long)]
    pub text: bool,
    /// Begin a lesson over this recording: a step for each event of interest
    #[arg(long, value_name = "RECORDING", conflicts_with_all = ["name", "text"])]
    pub new: Option<PathBuf>,
    /// Where the new lesson goes (default: stdout)
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
    /// TCP port to listen on; 0 is off (default: that of -U, or 11211)
    #[arg(short = 'p', value_name = "num")]
    pub port: Option<u16>,
    /// Interface to listen on (default: all addresses); host:port, a list with commas, or -l again
    #[arg(short = 'l', value_name = "addr", value_parser = memcached::interfaces)]
    pub listen: Vec<String>,
    /// UDP port to listen on; 0 is off
    #[arg(short = 'U', value_name = "num", default_value_t = 0)]
    pub udp_port: u16,
    /// Number of worker threads
    #[arg(short = 't', value_name = "num", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: u16,
    /// Memory for items, in megabytes; 0: as much as there is
    #[arg(short = 'm', value_name = "num", default_value_t = 64, value_parser = clap::value_parser!(u64).range(0..=1 << 30))]
    pub memory: u64,
    /// Simultaneous connections
    #[arg(short = 'c', value_name = "num", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_conns: u32,
    /// Requests of one connection that are worked off per event, so that others do not starve
    #[arg(short = 'R', value_name = "num", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub reqs_per_event: u32,
    /// Length of the kernel's queue of connections not yet accepted
    #[arg(short = 'b', value_name = "num", default_value_t = 1024, value_parser = clap::value_parser!(i32).range(0..))]
    pub backlog: i32,
    /// Assume the identity of this user (only when run as root)
    #[arg(short = 'u', value_name = "username")]
    pub user: Option<String>,
    /// UNIX socket to listen on; TCP is off then
    #[arg(short = 's', value_name = "file", conflicts_with = "listen")]
    pub socketpath: Option<PathBuf>,
    /// Access mask for the UNIX socket, in octal
    #[arg(short = 'a', value_name = "mask", default_value = "0700", value_parser = octal)]
    pub access: u32,
    /// Let the command "shutdown" end the server
    #[arg(short = 'A')]
    pub shutdown_command: bool,
    /// Run as a daemon
    #[arg(short = 'd')]
    pub daemon: bool,
    /// Save the process id in this file
    #[arg(short = 'P', value_name = "file")]
    pub pid_file: Option<PathBuf>,
    /// Maximize the core file limit
    #[arg(short = 'r')]
    pub maxcore: bool,
    /// Lock down all paged memory
    #[arg(short = 'k')]
    pub lock_memory: bool,
    /// Answer with an error when memory is exhausted, rather than removing items
    #[arg(short = 'M')]
    pub no_evictions: bool,
    /// Chunk size growth factor
    #[arg(short = 'f', value_name = "factor", default_value_t = 1.25, value_parser = factor)]
    pub factor: f64,
    /// Minimum space allocated for key+value+flags
    #[arg(short = 'n', value_name = "bytes", default_value_t = 48, value_parser = clap::value_parser!(u32).range(1..=1 << 27))]
    pub chunk_size: u32,
    /// Size of each slab page, and so of the largest item (1k to 128m)
    #[arg(short = 'I', value_name = "size", default_value = "1m", value_parser = item_size_max)]
    pub item_size_max: u32,
    /// Count commands by the prefixes of their keys, which end at this character
    #[arg(short = 'D', value_name = "char", value_parser = delimiter)]
    pub prefix_delimiter: Option<u8>,
    /// Disable use of CAS
    #[arg(short = 'C')]
    pub no_cas: bool,
    /// Disable flush_all
    #[arg(short = 'F')]
    pub no_flush: bool,
    /// Binding protocol: auto, ascii, or binary, which clients are told that nobody speaks here
    #[arg(short = 'B', value_name = "protocol", default_value = "auto", value_parser = binding_protocol)]
    pub protocol: Protocol,
    /// maxconns_fast, hashpower=N, hash_algorithm=jenkins|murmur3; a list with commas, or -o again
    #[arg(long = "extended", value_name = "options", value_delimiter = ',', value_parser = suboption)]
    pub suboptions: Vec<Suboption>,
    /// Large memory pages: 1.4.24 refuses them on Linux, too
    #[arg(short = 'L', hide = true, value_parser = refused("there are no large memory pages on this system"), num_args = 0..=1, default_missing_value = "")]
    large_pages: Option<String>,
    /// SASL.
    #[arg(short = 'S', hide = true, value_parser = refused("this server has no SASL"), num_args = 0..=1, default_missing_value = "")]
    sasl: Option<String>,
    /// Say errors and warnings (-v), commands and replies too (-vv), state changes too (-vvv)
    #[arg(short = 'v', action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Change one thing about the server to see what it is for: `edge-triggered` registers clients'
    /// sockets with EPOLLET, and connections hang (lesson 8); memcached has no such option
    #[arg(long, value_enum, value_name = "NAME", help_heading = "Experiments")]
    pub experiment: Option<Experiment>,
    /// Record function calls too, or only the flow (default: flow for serve, calls otherwise)
    #[arg(long, value_name = "DETAIL", value_parser = details(), help_heading = "Recording")]
    pub detail: Option<Detail>,
    /// How many bytes of each payload are kept
    #[arg(long, value_name = "N", default_value_t = MAX_DATA, value_parser = clap::value_parser!(u32).range(0..=65536), help_heading = "Recording")]
    pub max_data: u32,
    /// Leave out of the recording what clients have stored, lengths apart: `values`, or `keys` too
    #[arg(long, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "values", help_heading = "Recording")]
    pub redact_data: Option<Redacted>,
    /// How much memory each thread has for what it has told and is not written yet
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
    /// Colours for a dark or a light background, strong ones for either, or none
    #[arg(long, value_enum)]
    pub theme: Option<ThemeArg>,
    /// Whether to use colours
    #[arg(long, value_enum, value_name = "WHEN")]
    pub color: Option<When>,
    /// Draw with ASCII alone, as where LC_ALL, LC_CTYPE or LANG names a locale that is not UTF-8
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
    let expected = || "expected a time with its unit: 500ms, 2s, 1.5s".to_owned();
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
        _ => Err("expected a number above 0, such as 0.5 or 10".into()),
    }
}

fn langs() -> impl TypedValueParser<Value = Language> {
    PossibleValuesParser::new(Language::ALL.iter().map(|lang| lang.code()))
        .map(|code| Language::from_code(&code).unwrap_or_default())
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
