//! Where a value stands in a response.

/// The way from the root of a response to a value.
#[derive(Clone, Copy)]
pub(super) enum Way<'a> {
    Root,
    Item(&'a Self, usize),
    Field(&'a Self, &'a str),
    /// An entry of an object whose keys are not in the contract, and may be somebody's.
    Entry(&'a Self, usize),
}

impl Way<'_> {
    pub(super) fn path(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Item(list, index) => format!("{}[{index}]", list.path()),
            Self::Entry(object, index) => format!("{}[entry {index}]", object.path()),
            Self::Field(object, name) => match object.path() {
                path if path.is_empty() => (*name).to_owned(),
                path => format!("{path}.{name}"),
            },
        }
    }
}
