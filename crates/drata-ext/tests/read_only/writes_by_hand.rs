use drata_ext::{Drata, ReadOnly};

async fn sneak(drata: Drata<ReadOnly>) {
    let _ = drata.request(http::Method::POST, "/v2/tasks").receive_nothing().await;
}

fn main() {}
