//! Charts as SVG. What is drawn is stretched to its place, so words stand around it, not in it; colours are classes.
//! Shapes are closed: within SVG, what is not closed holds all that follows.

use std::fmt::Write as _;

use maud::{Markup, html};

/// What a drawing measures, before it is stretched.
const WIDTH: i64 = 1000;
const HEIGHT: i64 = 200;
/// Shades of a heat map beside none.
const SHADES: i64 = 5;

/// One kind of what is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Series<'a> {
    /// `one`, `two` or `three`, which has a colour.
    class: &'a str,
    name: &'a str,
}

impl<'a> Series<'a> {
    pub(crate) fn new(class: &'a str, name: &'a str) -> Self {
        Self { class, name }
    }
}

/// A bar for each point, its series one above the other. A point is its name and a count for each series.
pub(crate) fn bars(title: &str, series: &[Series<'_>], points: &[(String, Vec<i64>)]) -> Markup {
    let sums = points.iter().map(|(_, counts)| counts.iter().sum::<i64>());
    let top = ceiling(sums.clone().max().unwrap_or_default());
    let step = WIDTH as f64 / points.len().max(1) as f64;
    let drawn = html! {
        @for (place, (name, counts)) in points.iter().enumerate() {
            g {
                title { (name) ": " (told(series, counts)) }
                @for (n, one) in series.iter().enumerate() {
                    @let below: i64 = counts[..n].iter().sum();
                    rect class=(one.class) x=(fixed(place as f64 * step + step * 0.1)) width=(fixed(step * 0.8))
                        y=(HEIGHT - scaled(below + counts[n], top)) height=(scaled(below + counts[n], top) - scaled(below, top)) {}
                }
            }
        }
    };
    plot(title, series, points, top, sums.sum(), &drawn)
}

/// A line for each series.
pub(crate) fn lines(title: &str, series: &[Series<'_>], points: &[(String, Vec<i64>)]) -> Markup {
    let top = ceiling(points.iter().flat_map(|(_, counts)| counts).copied().max().unwrap_or_default());
    let step = WIDTH as f64 / (points.len().max(2) - 1) as f64;
    let drawn = html! {
        @for (n, one) in series.iter().enumerate() {
            polyline class=(one.class) vector-effect="non-scaling-stroke" fill="none"
                points=(path(points.iter().map(|(_, counts)| scaled(counts[n], top)), step)) {}
        }
    };
    let sum = points.iter().flat_map(|(_, counts)| counts).sum();
    plot(title, series, points, top, sum, &drawn)
}

/// A square for each hour of each row; rows have 24 counts.
pub(crate) fn heat(title: &str, rows: &[(&str, &[i64])]) -> Markup {
    let top = rows.iter().flat_map(|(_, hours)| hours.iter()).copied().max().unwrap_or_default();
    let busiest = rows.iter().find_map(|(day, hours)| {
        let hour = hours.iter().position(|count| *count == top).filter(|_| top > 0)?;
        Some(format!(", most on {day} at {hour}:00 ({top})"))
    });
    html! {
        div.heat {
            div.rows aria-hidden="true" { @for (day, _) in rows { span { (day.get(..2).unwrap_or(day)) } } }
            svg viewBox={ "0 0 240 " (rows.len() * 10) } preserveAspectRatio="none" role="img"
                aria-label={ (title) (busiest.unwrap_or_default()) } {
                @for (y, (day, hours)) in rows.iter().enumerate() {
                    @for (x, count) in hours.iter().enumerate() {
                        rect class={ "shade-" (shade(*count, top)) } x=(x * 10) y=(y * 10) width="9.4" height="9.1" {
                            title { (day) " " (x) ":00: " (count) }
                        }
                    }
                }
            }
            div.axis aria-hidden="true" { @for hour in ["0", "6", "12", "18", "24"] { span { (hour) } } }
        }
    }
}

/// The drawing with what stands around it.
fn plot(
    title: &str,
    series: &[Series<'_>],
    points: &[(String, Vec<i64>)],
    top: i64,
    sum: i64,
    drawn: &Markup,
) -> Markup {
    let ends = [points.first(), points.get(points.len() / 2), points.last()];
    html! {
        ul.legend { @for one in series { li { span class={ "key " (one.class) } {} (one.name) } } }
        div.plot {
            div.scale aria-hidden="true" { span { (top) } span { (top / 2) } span { "0" } }
            svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img"
                aria-label={ (title) ", " (sum) " in all" } {
                @for y in [0, HEIGHT / 2, HEIGHT] { line.grid x1="0" x2=(WIDTH) y1=(y) y2=(y) vector-effect="non-scaling-stroke" {} }
                (drawn)
            }
            div.axis aria-hidden="true" { @for (name, _) in ends.into_iter().flatten() { span { (name) } } }
        }
    }
}

fn told(series: &[Series<'_>], counts: &[i64]) -> String {
    let parts = series.iter().zip(counts).map(|(one, count)| format!("{count} {}", one.name));
    parts.collect::<Vec<_>>().join(", ")
}

/// The smallest even number of one or two digits and zeros that is not below `most`, so that its half is whole.
fn ceiling(most: i64) -> i64 {
    let mut unit = 2;
    while unit * 10 <= most {
        unit *= 10;
    }
    let steps = [1, 2, 3, 4, 5, 6, 8, 10].map(|n| n * unit);
    steps.into_iter().find(|step| *step >= most).unwrap_or(unit * 10)
}

fn scaled(count: i64, top: i64) -> i64 {
    count * HEIGHT / top.max(1)
}

fn shade(count: i64, top: i64) -> i64 {
    if count == 0 { 0 } else { (count * SHADES + top - 1) / top }
}

fn fixed(number: f64) -> String {
    format!("{number:.1}")
}

fn path(heights: impl Iterator<Item = i64>, step: f64) -> String {
    heights.enumerate().fold(String::new(), |mut path, (place, height)| {
        write!(path, "{},{} ", fixed(place as f64 * step), HEIGHT - height)
            .expect("a string takes everything");
        path
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_even_and_not_below_what_it_shows() {
        let tops = [0, 1, 2, 3, 9, 11, 19, 21, 99, 130, 1_001].map(ceiling);
        assert_eq!(tops, [2, 2, 2, 4, 10, 12, 20, 40, 100, 160, 1_200]);
        assert!((0..5_000).all(|most| ceiling(most) >= most && ceiling(most) % 2 == 0));
    }

    #[test]
    fn a_shade_is_seen_wherever_something_happened() {
        assert_eq!([0, 1, 20, 21, 100].map(|count| shade(count, 100)), [0, 1, 1, 2, 5]);
        assert_eq!(shade(0, 0), 0);
    }

    #[test]
    fn bars_stand_on_each_other() {
        let series = [Series::new("one", "a"), Series::new("two", "b")];
        let drawn = bars("Days", &series, &[("Mon".to_owned(), vec![1, 1]), ("Tue".to_owned(), vec![0, 2])]);
        let drawn = drawn.into_string();
        assert!(
            drawn.contains(r#"<rect class="one" x="50.0" width="400.0" y="100" height="100">"#),
            "{drawn}"
        );
        assert!(
            drawn.contains(r#"<rect class="two" x="50.0" width="400.0" y="0" height="100"></rect>"#),
            "{drawn}"
        );
        assert!(
            drawn.contains("<title>Tue: 0 a, 2 b</title>") && drawn.contains("Days, 4 in all"),
            "{drawn}"
        );
    }

    #[test]
    fn every_shape_is_closed() {
        let (series, points) = ([Series::new("one", "a")], [("Mon".to_owned(), vec![3])]);
        let all = [
            bars("Days", &series, &points),
            lines("Days", &series, &points),
            heat("Hours", &[("Monday", &[1; 24])]),
        ];
        for drawn in all.map(maud::PreEscaped::into_string) {
            for shape in ["rect", "line", "polyline", "g"] {
                let open = drawn.matches(&format!("<{shape} ")).count()
                    + drawn.matches(&format!("<{shape}>")).count();
                assert_eq!(open, drawn.matches(&format!("</{shape}>")).count(), "{shape} in {drawn}");
            }
        }
    }

    #[test]
    fn nothing_can_be_drawn_too() {
        let series = [Series::new("one", "a")];
        assert!(bars("Days", &series, &[]).into_string().contains("0 in all"));
        assert!(lines("Days", &series, &[("Mon".to_owned(), vec![3])]).into_string().contains("3 in all"));
        assert!(heat("Hours", &[("Monday", &[0; 24])]).into_string().contains(r#"aria-label="Hours""#));
    }
}
