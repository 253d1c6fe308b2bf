//! A text as a picture that a phone reads, drawn here: what is in it leaves this server in no other way.

use std::fmt::Write as _;

use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc};

/// Squares around the code that stay white (ISO/IEC 18004).
const MARGIN: i32 = 4;
/// Pixels of a square's side: a whole number keeps all of them alike.
const PIXELS: i32 = 4;

/// The picture, or nothing for a text that is too long for one.
pub(super) fn picture(text: &str, label: &str) -> Markup {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return html! {} };
    let side = code.size() + 2 * MARGIN;
    html! {
        svg viewBox={ "0 0 " (side) " " (side) } width=(side * PIXELS) height=(side * PIXELS) role="img" aria-label=(label)
            shape-rendering="crispEdges" {
            // In the dark, too: phones look for dark squares on a light ground.
            rect width=(side) height=(side) fill="#fff" {}
            path d=(squares(&code)) fill="#000" {}
        }
    }
}

/// Each row's dark squares, those side by side as one.
fn squares(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let length = (x..code.size()).take_while(|at| code.get_module(*at, y)).count() as i32;
            if length > 0 {
                let _ = write!(path, "M{} {}h{length}v1h-{length}z", x + MARGIN, y + MARGIN);
            }
            x += length.max(1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paints the path as a browser does, and compares it with the code.
    #[test]
    fn the_path_paints_exactly_the_dark_squares() {
        let code = QrCode::encode_text("otpauth://totp/x?secret=y", QrCodeEcc::Medium).unwrap();
        let mut painted = std::collections::BTreeSet::new();
        for stroke in squares(&code).split('M').skip(1) {
            let (place, rest) = stroke.split_once('h').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            let (length, _) = rest.split_once('v').unwrap();
            let [x, y, length]: [i32; 3] = [x, y, length].map(|n| n.parse().unwrap());
            painted.extend((x..x + length).map(|x| (x - MARGIN, y - MARGIN)));
        }
        let all = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        assert_eq!(painted, all.filter(|(x, y)| code.get_module(*x, *y)).collect());
    }

    #[test]
    fn a_text_that_fits_no_code_has_no_picture() {
        assert_eq!(picture(&"x".repeat(5000), "label").into_string(), "");
        assert!(picture("x", "a <label>").into_string().contains("a &lt;label&gt;"));
    }
}
