//! The page that a label is printed from.

use std::fmt::Write;

use crate::world::Parcel;

/// Pixels between two lines.
const LINE: usize = 22;

/// A label as an SVG page.
pub(crate) fn page(parcel: &Parcel) -> String {
    let field = |name: &str| parcel.recipient[name].as_str().unwrap_or_default().to_owned();
    let town = format!("{} {}", field("postalCode"), field("city"));
    let head = format!("{} / {}", parcel.carrier, parcel.service);
    let lines = [head, parcel.tracking.clone(), field("name"), field("line1"), field("line2"), town, field("country")];
    let shown = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
    let mut text = String::new();
    for (place, line) in shown.enumerate() {
        write!(text, "<text x=\"16\" y=\"{}\">{}</text>", (place + 2) * LINE, escaped(line))
            .expect("a text takes every character");
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"420\" height=\"220\" font-family=\"monospace\" font-size=\"16\">\
         <rect width=\"418\" height=\"218\" x=\"1\" y=\"1\" fill=\"white\" stroke=\"black\"/>{text}</svg>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
