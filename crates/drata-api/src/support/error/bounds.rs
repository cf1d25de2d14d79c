//! How much of a response an error keeps and shows.

/// The most bytes of a response that an error keeps.
pub(super) const MAX_BODY: usize = 64 * 1024;
/// The most characters of a string in an error's message.
pub(super) const MAX_TEXT: usize = 500;
/// How a string ends that is not shown whole.
pub(super) const CUT: char = '…';
/// The most messages of a response that are kept.
pub(super) const MAX_MESSAGES: usize = 1_000;

/// The beginning of a string, so that a value of megabytes makes no message of megabytes.
pub(super) fn short(mut text: String, most: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(most) {
        text.truncate(end);
        text.push(CUT);
    }
    text
}
