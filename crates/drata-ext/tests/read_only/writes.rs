use drata_ext::v1::connections::RosterForm;
use drata_ext::{Drata, ReadOnly};

async fn sneak(drata: Drata<ReadOnly>, form: RosterForm) {
    let _ = drata.v1().connections().list().send().await;
    let _ = drata.v1().connections().create_from_csv(form).send().await;
}

fn main() {}
