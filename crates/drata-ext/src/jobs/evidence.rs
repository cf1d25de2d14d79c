//! Evidence by its name: a new version of the item that has it, or a new item.

use drata_api::v2::evidence_library::{
    EvidenceLibraryCreateForm, EvidenceLibraryUpdateForm, RenewalScheduleType, meta,
};
use drata_api::v2::ids::{ControlId, UserId, WorkspaceId};
use drata_api::{Error, Timestamp, Upload};

use crate::client::Drata;
use crate::lists::ListExt as _;

/// A file of evidence on its way to the item of a name. Made by [`Drata::evidence`].
///
/// ```no_run
/// use drata_ext::{Evidence, Upload};
/// use drata_ext::v2::evidence_library::RenewalScheduleType;
///
/// # async fn example(drata: drata_ext::Drata) -> Result<(), drata_ext::Error> {
/// let item = drata
///     .evidence(1, "Access review")
///     .owner(7)
///     .filed_at("2026-11-24")
///     .renewal(RenewalScheduleType::SixMonths)
///     .put(Upload::from_path("review.pdf"))
///     .await?;
/// match item {
///     Evidence::Created => println!("a new item"),
///     Evidence::NewVersion(id) => println!("a new version of {id}"),
///     _ => {}
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until put is called"]
pub struct EvidenceUpload {
    drata: Drata,
    workspace_id: WorkspaceId,
    name: String,
    owner: Option<UserId>,
    filed_at: Option<Timestamp>,
    renewal: Option<RenewalScheduleType>,
    renewal_date: Option<Timestamp>,
    description: Option<String>,
    controls: Option<Vec<ControlId>>,
}

/// What became of a file of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Evidence {
    /// It is the first version of a new item.
    Created,
    /// It is a new version of the item with this id.
    NewVersion(i64),
}

impl Drata {
    /// Begins to put a file of evidence under the name `name` in the workspace `workspace_id`.
    pub fn evidence(&self, workspace_id: impl Into<WorkspaceId>, name: impl Into<String>) -> EvidenceUpload {
        EvidenceUpload {
            drata: self.clone(),
            workspace_id: workspace_id.into(),
            name: name.into(),
            owner: None,
            filed_at: None,
            renewal: None,
            renewal_date: None,
            description: None,
            controls: None,
        }
    }
}

impl EvidenceUpload {
    /// Sets the user who owns the evidence. Needed for a new item, and for one that has no owner.
    pub fn owner(mut self, owner: impl Into<UserId>) -> Self {
        self.owner = Some(owner.into());
        self
    }

    /// Sets the date of origin, `YYYY-MM-DD`. Needed.
    pub fn filed_at(mut self, date: impl Into<Timestamp>) -> Self {
        self.filed_at = Some(date.into());
        self
    }

    /// Sets how often the evidence is renewed. Needed; [`RenewalScheduleType::Custom`] also needs a
    /// [`renewal_date`](Self::renewal_date).
    pub fn renewal(mut self, schedule: RenewalScheduleType) -> Self {
        self.renewal = Some(schedule);
        self
    }

    /// Sets when the evidence is due for renewal, `YYYY-MM-DD`, for the schedule [`RenewalScheduleType::Custom`].
    pub fn renewal_date(mut self, date: impl Into<Timestamp>) -> Self {
        self.renewal_date = Some(date.into());
        self
    }

    /// Sets the description of a new item. An item that exists keeps its own.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Sets the controls that a new item supports. An item that exists keeps its own.
    pub fn controls(mut self, controls: impl IntoIterator<Item = impl Into<ControlId>>) -> Self {
        self.controls = Some(controls.into_iter().map(Into::into).collect());
        self
    }

    /// Sends the file: as a new version of the item that has exactly this name, or with a new item if none has.
    ///
    /// # Errors
    ///
    /// When something that is needed is not set, or several items have the name, since nobody knows which is meant: then nothing
    /// is sent. And as any call. After an error of which [`Error::outcome_unknown`] is true, the file may be there: the same
    /// call then makes another version, never another item.
    pub async fn put(&self, file: Upload) -> Result<Evidence, Error> {
        let refuse = |problem: String| Err(Error::invalid(Some(&meta::UPDATE), problem));
        let (Some(filed_at), Some(renewal)) = (&self.filed_at, &self.renewal) else {
            return refuse("evidence needs filed_at and a renewal schedule: set both".to_owned());
        };
        if *renewal == RenewalScheduleType::Custom && self.renewal_date.is_none() {
            return refuse("the renewal schedule CUSTOM needs a renewal_date".to_owned());
        }
        let library = self.drata.v2().evidence_library();
        // The filter finds parts of names too.
        let mut found = library.list(self.workspace_id).name(&self.name).stream();
        let mut same_name = Vec::new();
        while let Some(item) = found.next().await {
            let item = item?;
            if item.name == self.name {
                same_name.push(item.id);
            }
        }
        match same_name[..] {
            [] => {
                let Some(owner) = self.owner else {
                    return refuse(format!("no evidence is named {:?} yet, and a new item needs an owner", self.name));
                };
                let mut form = EvidenceLibraryCreateForm::new(self.name.as_str());
                form.owner_id = Some(owner);
                form.filed_at = Some(filed_at.clone());
                form.renewal_schedule_type = Some(renewal.clone());
                form.renewal_date.clone_from(&self.renewal_date);
                form.description.clone_from(&self.description);
                form.control_ids.clone_from(&self.controls);
                form.file = Some(file);
                library.create(self.workspace_id, form).send_optional().await?;
                Ok(Evidence::Created)
            }
            [id] => {
                let mut form = EvidenceLibraryUpdateForm::new();
                // What is left out keeps its value, but for the name, which a file without it would replace by its own.
                form.name = Some(self.name.clone());
                form.owner_id = self.owner;
                form.filed_at = Some(filed_at.clone());
                form.renewal_schedule_type = Some(renewal.clone());
                form.renewal_date.clone_from(&self.renewal_date);
                form.file = Some(file);
                library.update(self.workspace_id, id, form).send_optional().await?;
                Ok(Evidence::NewVersion(id.get()))
            }
            _ => {
                let ids: Vec<String> = same_name.iter().take(10).map(ToString::to_string).collect();
                let problem = format!(
                    "{} items are named {:?} ({}): update the one that is meant by its id, or rename the others",
                    same_name.len(),
                    self.name,
                    ids.join(", ")
                );
                refuse(problem)
            }
        }
    }
}
