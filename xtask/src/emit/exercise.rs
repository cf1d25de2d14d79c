use anyhow::Result;

use crate::files::Output;
use crate::surface::Surface;

pub(crate) fn emit(_: &Surface, _: &mut Output) -> Result<()> {
    Ok(())
}
