//! The PDF report of an event: asked for, then polled until it is there.

use serde_json::{Value, json};

use super::respond;
use crate::draw::Draw;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::reply::Reply;
use crate::state::memory::Job;

pub(super) fn start(call: &Call<'_>) -> Result<Reply, Failure> {
    let Some(event) = call.target() else { return Err(Failure::new(404, "no such event")) };
    let job = Job { event, created: call.world.now(), looks: 0 };
    let mut store = call.world.store_mut();
    let id = Draw(call.world.settings.seed).named("job").within(store.memory.jobs.len() as u64).uuid();
    let reply = paint(call, &id, &job);
    store.memory.jobs.insert(id, job);
    Ok(reply)
}

pub(super) fn poll(call: &Call<'_>) -> Result<Reply, Failure> {
    let id = call.path.last().map_or("", String::as_str);
    let event = call.anchors.first();
    let mut store = call.world.store_mut();
    if let Some(job) = store.memory.jobs.get_mut(id).filter(|job| Some(&job.event) == event) {
        job.looks += 1;
        let job = job.clone();
        return Ok(paint(call, id, &job));
    }
    // A job that is as old as the account is done.
    let is_seeded = call.target().is_some_and(|row| row.number > 0);
    match event.filter(|_| is_seeded) {
        Some(event) => Ok(paint(call, id, &Job { event: *event, created: call.world.now(), looks: u32::MAX })),
        None => Err(Failure::missing("events/download-jobs", id)),
    }
}

fn paint(call: &Call<'_>, id: &str, job: &Job) -> Reply {
    let (status, done) = match job.looks {
        0 => ("Pending", false),
        1 => ("Running", false),
        _ => ("Completed", true),
    };
    let result = done.then(|| call.world.links.sign(Some(job.event), &format!("event-{}.pdf", job.event.number)));
    let completed = if done { call.world.now() } else { Value::Null };
    let (code, schema) = respond::success(call);
    let body = json!({
        "jobId": id, "status": status, "result": result, "createdAt": job.created, "completedAt": completed,
    });
    Reply::json(code, body, schema)
}
