//! Colours of the widget: what an owner chose, moved as far as needed to be readable, its hue kept.
//!
//! Readable is a contrast of 4.5:1, which WCAG 2.2 asks of text (1.4.3), by its formula.

use serde::Serialize;

/// The panel in a light theme.
pub const LIGHT_PANEL: Color = Color([0xff, 0xff, 0xff]);
/// The bot's bubbles in a light theme.
pub const LIGHT_BUBBLE: Color = Color([0xf2, 0xf4, 0xf7]);
/// The panel in a dark theme.
pub const DARK_PANEL: Color = Color([0x16, 0x19, 0x1d]);
/// The bot's bubbles in a dark theme.
pub const DARK_BUBBLE: Color = Color([0x23, 0x28, 0x2e]);
/// Dark text on a bright accent.
pub const INK: Color = Color([0x10, 0x13, 0x16]);
/// Bright text on a dark accent.
pub const WHITE: Color = Color([0xff, 0xff, 0xff]);
/// The contrast that text needs.
pub const READABLE: f64 = 4.5;

/// The colours that a widget paints its accents with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// The ground of the header, the launcher and the visitor's bubbles: the owner's colour, darkened only where no
    /// text could be read on it.
    pub accent: Color,
    /// Text on `accent`: white or near black, whichever reads better.
    pub on_accent: Color,
    /// The owner's colour as text on [`LIGHT_PANEL`] and [`LIGHT_BUBBLE`].
    pub light: Color,
    /// The owner's colour as text on [`DARK_PANEL`] and [`DARK_BUBBLE`].
    pub dark: Color,
}

impl Palette {
    /// The palette of the owner's colour.
    pub fn of(color: Color) -> Self {
        let on = |ground: Color| if contrast(WHITE, ground) >= contrast(INK, ground) { WHITE } else { INK };
        let takes_text = |ground: Color| contrast(on(ground), ground) >= READABLE;
        let accent = color.moved(BLACK, takes_text);
        let on_light = |text: Color| reads_on(text, [LIGHT_PANEL, LIGHT_BUBBLE]);
        let on_dark = |text: Color| reads_on(text, [DARK_PANEL, DARK_BUBBLE]);
        let (light, dark) = (color.moved(BLACK, on_light), color.moved(WHITE, on_dark));
        Self { accent, on_accent: on(accent), light, dark }
    }
}

/// A colour of sRGB: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub [u8; 3]);

const BLACK: Color = Color([0; 3]);

impl Color {
    /// The colour of a text such as `#2f6f5e`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        // `from_str_radix` would take a sign.
        let all_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok().filter(|_| all_hex)?.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// The colour, mixed with as little of `end` as it takes to be `enough`; mixing keeps the hue.
    fn moved(self, end: Self, enough: impl Fn(Self) -> bool) -> Self {
        (0..=255).map(|part| self.mixed(end, part)).find(|mixed| enough(*mixed)).unwrap_or(end)
    }

    /// This colour with `part` 255ths of `other`.
    fn mixed(self, other: Self, part: u32) -> Self {
        let mix = |own: u8, other: u8| {
            let sum = u32::from(own) * (255 - part) + u32::from(other) * part;
            ((sum + 127) / 255) as u8
        };
        Self(std::array::from_fn(|i| mix(self.0[i], other.0[i])))
    }

    /// Relative luminance, 0–1, as WCAG 2.2 defines it.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl std::fmt::Display for Color {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Serialize for Color {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The contrast of two colours, 1–21, as WCAG 2.2 defines it.
pub fn contrast(one: Color, other: Color) -> f64 {
    let (one, other) = (one.luminance(), other.luminance());
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn reads_on(text: Color, grounds: [Color; 2]) -> bool {
    grounds.iter().all(|ground| contrast(text, *ground) >= READABLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ids as _, SeededIds};

    fn color(text: &str) -> Color {
        Color::parse(text).unwrap()
    }

    /// Hue in degrees; none for greys and for colours so dark or bright that eight bits do not hold one.
    fn hue(color: Color) -> Option<f64> {
        let [red, green, blue] = color.0.map(i32::from);
        let most = red.max(green).max(blue);
        let spread = f64::from(most - red.min(green).min(blue));
        let hue = if most == red {
            f64::from(green - blue) / spread
        } else if most == green {
            2.0 + f64::from(blue - red) / spread
        } else {
            4.0 + f64::from(red - green) / spread
        };
        (spread >= 32.0).then_some((hue * 60.0).rem_euclid(360.0))
    }

    fn check(owner: Color) {
        let Palette { accent, on_accent, light, dark } = Palette::of(owner);
        for (text, ground) in [
            (on_accent, accent),
            (light, LIGHT_PANEL),
            (light, LIGHT_BUBBLE),
            (dark, DARK_PANEL),
            (dark, DARK_BUBBLE),
        ] {
            let found = contrast(text, ground);
            assert!(found >= READABLE, "{owner}: {text} on {ground} is {found:.3}:1");
        }
        for moved in [accent, light, dark] {
            if let (Some(hue), Some(kept)) = (hue(owner), hue(moved)) {
                let apart = (hue - kept).abs();
                assert!(apart.min(360.0 - apart) <= 3.0, "{owner} became {moved}: {hue:.1}° and {kept:.1}°");
            }
        }
    }

    #[test]
    fn contrast_is_that_of_the_formula() {
        let check = |one: &str, other: &str, expected: f64| {
            let found = contrast(color(one), color(other));
            assert!((found - expected).abs() < 0.005, "{one} {other}: {found}");
            assert!((found - contrast(color(other), color(one))).abs() < 1e-12);
        };
        check("#000000", "#ffffff", 21.0);
        check("#777777", "#ffffff", 4.48);
        check("#767676", "#ffffff", 4.54);
        check("#ff0000", "#ffffff", 4.0);
        check("#0000ff", "#ffffff", 8.59);
        check("#123456", "#123456", 1.0);
    }

    #[test]
    fn whatever_the_owner_chose_can_be_read() {
        for red in (0..=255).step_by(15) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    check(Color([red, green, blue]));
                }
            }
        }
        let ids = SeededIds::new(5);
        for _ in 0..10_000 {
            let mut channels = [0; 3];
            ids.fill(&mut channels);
            check(Color(channels));
        }
    }

    #[test]
    fn a_colour_that_reads_well_stays_as_it_is() {
        let palette = Palette::of(color("#2f6f5e"));
        assert_eq!(
            (palette.accent, palette.on_accent, palette.light),
            (color("#2f6f5e"), WHITE, color("#2f6f5e"))
        );
        let yellow = Palette::of(color("#ffd400"));
        assert_eq!((yellow.accent, yellow.on_accent, yellow.dark), (color("#ffd400"), INK, color("#ffd400")));
    }

    #[test]
    fn only_an_accent_that_takes_no_text_is_darkened_and_no_more_than_needed() {
        let mut darkened = 0;
        for grey in 0..=255 {
            let owner = Color([grey; 3]);
            let accent = Palette::of(owner).accent;
            let reads = |ground| contrast(WHITE, ground).max(contrast(INK, ground)) >= READABLE;
            assert_eq!(accent == owner, reads(owner), "{owner}");
            darkened += u32::from(accent != owner);
            assert!(accent == owner || grey - accent.0[0] < 12, "{owner} became {accent}");
        }
        assert!(darkened > 0, "no grey lies between the two");
    }

    #[test]
    fn only_six_hexadecimal_digits_are_a_colour() {
        assert_eq!(color("#2F6f5E").to_string(), "#2f6f5e");
        assert_eq!(serde_json::to_string(&color("#00000a")).unwrap(), "\"#00000a\"");
        for bad in ["", "#", "red", "#12345", "#1234567", "#12345g", "123456", "#+12345", "#ééé"] {
            assert_eq!(Color::parse(bad), None, "{bad}");
        }
    }
}
