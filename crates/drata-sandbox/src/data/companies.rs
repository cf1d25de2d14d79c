//! Companies and products that do not exist.

use crate::draw::Draw;

const FIRST: &[&str] = &[
    "Northwind",
    "Blue Harbor",
    "Cobalt",
    "Juniper Hill",
    "Silverline",
    "Bright Path",
    "Evergreen",
    "Copperfield",
    "Lumen",
    "Redwood",
    "Granite",
    "Skyline",
    "Amber",
    "Clearwater",
    "Ironbridge",
    "Meridian",
    "Quartz",
    "Sunfield",
    "Tidewater",
    "Vantage",
    "Willow",
    "Zephyr",
    "Aurora",
    "Basalt",
    "Cedar",
    "Driftwood",
    "Falcon",
    "Harborview",
];

const SECOND: &[&str] = &[
    "Analytics",
    "Cloud",
    "Security",
    "Logistics",
    "Payments",
    "Software",
    "Hosting",
    "Data",
    "Insurance",
    "Health",
    "Media",
    "Robotics",
    "Networks",
    "Staffing",
    "Learning",
    "Mail",
    "Identity",
    "Storage",
    "Research",
];

/// The name of the company with this number; unlike numbers below 532 have unlike names.
pub(crate) fn name(seed: u64, number: u64) -> String {
    let pairs = (FIRST.len() * SECOND.len()) as u64;
    // 28 x 19 has no common divisor with 101.
    let pair = usize::try_from((number % pairs * 101 + seed % pairs) % pairs).unwrap_or(0);
    let again = number / pairs;
    let suffix = if again > 0 { format!(" {}", again + 1) } else { String::new() };
    format!("{} {}{suffix}", FIRST[pair % FIRST.len()], SECOND[pair / FIRST.len()])
}

/// A host below the domain that is reserved for examples.
pub(crate) fn domain(name: &str) -> String {
    let mut host = String::with_capacity(name.len() + 8);
    for letter in name.chars().filter(char::is_ascii_alphanumeric) {
        host.push(letter.to_ascii_lowercase());
    }
    host.push_str(".example");
    host
}

/// A street address.
pub(crate) fn address(draw: Draw) -> String {
    const STREETS: &[&str] = &["Harbor Street", "Mill Lane", "Station Road", "Garden Avenue", "Market Square"];
    format!("{} {}, {}", 1 + draw.below(240), draw.pick(STREETS), city(draw.named("city")))
}

/// A city.
pub(crate) fn city(draw: Draw) -> &'static str {
    const CITIES: &[&str] =
        &["Lisbon", "Oslo", "Austin", "Nairobi", "Kyoto", "Toronto", "Ghent", "Montevideo", "Perth"];
    draw.pick(CITIES)
}
