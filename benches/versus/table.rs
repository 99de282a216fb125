//! What was measured, as a table for people: Markdown, on stdout.

use std::fmt;

/// What a figure is to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reach {
    /// So much or more.
    AtLeast(f64),
    /// So much or less.
    AtMost(f64),
    /// Less than so much, of a unit.
    Under(f64, &'static str),
    /// Zero: the one figure that does not hang on the machine.
    None,
    /// Nothing: it is told, and not judged.
    Told,
}

impl Reach {
    /// Whether a figure is off by more than this factor; without one, only what does not hang on the
    /// machine is judged.
    pub fn is_off(self, figure: f64, factor: Option<f64>) -> bool {
        let factor = factor.unwrap_or(f64::INFINITY);
        match self {
            Reach::AtLeast(reach) => figure < reach / factor,
            Reach::AtMost(reach) | Reach::Under(reach, _) => figure > reach * factor,
            Reach::None => figure > 0.0,
            Reach::Told => false,
        }
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reach::AtLeast(reach) => write!(f, "at least {reach}"),
            Reach::AtMost(reach) => write!(f, "at most {reach}"),
            Reach::Under(reach, unit) => write!(f, "under {reach} {unit}"),
            Reach::None => write!(f, "0"),
            Reach::Told => write!(f, "told, not judged"),
        }
    }
}

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// Under which load.
    pub load: String,
    /// The figure that is held against the reach.
    pub figure: f64,
    /// The figure and what stands behind it, in words.
    pub measured: String,
    /// What it is to reach.
    pub reach: Reach,
}

/// The median: of an even number, the mean of the two in the middle. NaN of none.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

/// `b` over `a`, one pair a round: the ratio of the medians, and how the pairs' own ratios spread.
#[derive(Debug, Clone, Copy)]
pub struct Ratio {
    /// The median of `a`.
    pub a: f64,
    /// The median of `b`.
    pub b: f64,
    /// The median of the pairs' ratios, `b` over `a`: the two of a pair were run one soon after the other,
    /// so that what the machine did meanwhile tells on both.
    pub of_pairs: f64,
    /// The least and the most of them.
    pub spread: (f64, f64),
    /// How many there were.
    pub count: usize,
}

impl Ratio {
    /// Compares two columns of one run.
    pub fn new(a: &[f64], b: &[f64]) -> Ratio {
        let mut pairs: Vec<f64> = a.iter().zip(b).map(|(a, b)| b / a).collect();
        pairs.sort_by(f64::total_cmp);
        let count = pairs.len();
        let (least, most) = (pairs.first().copied(), pairs.last().copied());
        let spread = (least.unwrap_or(f64::NAN), most.unwrap_or(f64::NAN));
        let (a, b) = (median(a.iter().copied()), median(b.iter().copied()));
        Ratio { a, b, of_pairs: median(pairs), spread, count }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "**{:.2}**", self.of_pairs)?;
        let (least, most) = self.spread;
        if self.count > 1 {
            write!(f, " ({least:.2} to {most:.2})")?;
        }
        Ok(())
    }
}

/// The rows as Markdown.
pub fn markdown(rows: &[Row]) -> String {
    let mut out = String::from("| what | load | measured | reach |\n| --- | --- | --- | --- |\n");
    for row in rows {
        out += &format!("| {} | {} | {} | {} |\n", row.what, row.load, row.measured, row.reach);
    }
    out
}
