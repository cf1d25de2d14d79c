//! People who do not exist.

use crate::draw::Draw;

const FIRST: &[&str] = &[
    "Amara", "Noah", "Ines", "Kenji", "Lucía", "Tomas", "Priya", "Oskar", "Leila", "Mateo", "Yuki", "Sven", "Zanele",
    "Hugo", "Nadia", "Elias", "Mei", "Jonas", "Fatima", "Ravi", "Clara", "Dmitri", "Aisha", "Pavel", "Sofia", "Kwame",
    "Hana", "Marco", "Ingrid", "Tariq", "Elena", "Bruno", "Anya", "Samir", "Greta", "Diego", "Farah", "Nils", "Olivia",
    "Jamal", "Freya", "Arjun", "Maya", "Stefan", "Rosa", "Emeka", "Linnea", "Victor", "Chloe", "Hassan", "Marta",
    "Felix", "Simone", "Andrés", "Wanjiru", "Peter",
];

const LAST: &[&str] = &[
    "Okafor",
    "Lindqvist",
    "Moreau",
    "Tanaka",
    "Herrera",
    "Novak",
    "Raman",
    "Bergström",
    "Haddad",
    "Silva",
    "Mori",
    "Eriksen",
    "Dlamini",
    "Laurent",
    "Petrova",
    "Weber",
    "Chen",
    "Keller",
    "Rahman",
    "Iyer",
    "Fischer",
    "Volkov",
    "Diallo",
    "Horak",
    "Conti",
    "Mensah",
    "Sato",
    "Ricci",
    "Solberg",
    "Aziz",
    "Georgiou",
    "Costa",
    "Kuznetsova",
    "Khoury",
    "Hoffmann",
    "Vargas",
    "Rossi",
    "Nyström",
    "Campbell",
    "Brooks",
    "Holm",
    "Patel",
    "Cohen",
    "Jansen",
    "Delgado",
    "Eze",
    "Virtanen",
    "Marchetti",
    "Dubois",
    "Yilmaz",
    "Kowalski",
    "Schneider",
    "Park",
    "Ibáñez",
    "Kimani",
    "Novotny",
    "Walsh",
    "Ferreira",
    "Lund",
];

const JOBS: &[&str] = &[
    "Software Engineer",
    "Security Engineer",
    "Compliance Manager",
    "Product Manager",
    "Site Reliability Engineer",
    "Chief Technology Officer",
    "People Operations Lead",
    "Data Analyst",
    "IT Administrator",
    "Account Executive",
    "Finance Manager",
    "Legal Counsel",
    "Support Specialist",
    "Engineering Manager",
    "Designer",
    "Quality Engineer",
];

/// The first person is the same for every seed, so that there is an address to look up without asking first.
const ADA: (&str, &str, &str) = ("Ada", "Byron", "ada@example.com");

/// A person; the same number is always the same person, and different numbers have different addresses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    first: &'static str,
    last: &'static str,
    /// How many people of the same name came before.
    namesakes: u64,
    is_ada: bool,
    draw: Draw,
}

impl Person {
    /// The person with this number; `seed` decides who that is.
    pub(crate) fn number(seed: u64, number: u64) -> Self {
        let draw = Draw(seed).named("person").within(number);
        if number == 1 {
            return Self { first: ADA.0, last: ADA.1, namesakes: 0, is_ada: true, draw };
        }
        let (firsts, lasts) = (FIRST.len() as u64, LAST.len() as u64);
        let pairs = firsts * lasts;
        // A step without a common divisor visits every pair once before any comes again; 56 x 59 has none with 1,571.
        let pair = (number % pairs * 1_571 + seed % pairs) % pairs;
        let first = FIRST[usize::try_from(pair % firsts).unwrap_or(0)];
        let last = LAST[usize::try_from(pair / firsts).unwrap_or(0)];
        Self { first, last, namesakes: number / pairs, is_ada: false, draw }
    }

    pub(crate) fn first_name(&self) -> &'static str {
        self.first
    }

    pub(crate) fn last_name(&self) -> &'static str {
        self.last
    }

    pub(crate) fn full_name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }

    pub(crate) fn job_title(&self) -> &'static str {
        self.draw.pick(JOBS)
    }

    /// The part of the address before the at sign: plain ASCII.
    pub(crate) fn handle(&self) -> String {
        let mut handle = format!("{}.{}", plain(self.first), plain(self.last));
        if self.namesakes > 0 {
            handle.push_str(&(self.namesakes + 1).to_string());
        }
        handle
    }

    pub(crate) fn email(&self, domain: &str) -> String {
        if self.is_ada {
            return ADA.2.to_owned();
        }
        format!("{}@{domain}", self.handle())
    }

    pub(crate) fn phone(&self) -> String {
        // 555-0100 to 555-0199 are set aside for fiction.
        format!("+1-202-555-01{:02}", self.draw.named("phone").below(100))
    }
}

fn plain(name: &str) -> String {
    name.chars()
        .map(|letter| match letter.to_ascii_lowercase() {
            'á' => 'a',
            'é' => 'e',
            'í' => 'i',
            'ñ' => 'n',
            'ö' => 'o',
            letter => letter,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn addresses_are_unique_and_plain() {
        let addresses: HashSet<_> =
            (1..=20_000).map(|number| Person::number(7, number).email("acme.example")).collect();
        assert_eq!(addresses.len(), 20_000);
        assert!(addresses.iter().all(|address| address.is_ascii()));
    }
}
