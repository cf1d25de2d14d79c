//! Evidence by its name: a new version of the item that has it, or a new item.

use drata_api::v2::evidence::{
    EvidenceArtifactAddRequest, EvidenceArtifactReplaceRequest, EvidenceArtifactRequest, EvidenceCreateRequest,
    EvidenceFileForm, EvidenceId, EvidenceUpdateRequest, LibraryDocumentVersionType, RenewalScheduleType, meta,
};
#[cfg(feature = "v2-evidence-library")]
use drata_api::v2::evidence_library::{EvidenceLibraryCreateForm, EvidenceLibraryUpdateForm};
use drata_api::v2::ids::{ControlId, UserId, WorkspaceId};
use drata_api::{Error, Timestamp, Upload};

use crate::client::Drata;
use crate::lists::ListExt as _;

/// A file of evidence on its way to the item of a name. Made by [`Drata::evidence`].
///
/// ```no_run
/// use drata_ext::{Evidence, Upload};
/// use drata_ext::v2::evidence::RenewalScheduleType;
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
///     Evidence::Created(id) => println!("the new item {id}"),
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
    /// It is the first version of a new item with this id.
    Created(EvidenceId),
    /// It is a new version of the item with this id.
    NewVersion(EvidenceId),
}

impl Evidence {
    /// Returns the id of the item, new or not.
    pub fn id(&self) -> EvidenceId {
        match self {
            Self::Created(id) | Self::NewVersion(id) => *id,
        }
    }
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
    /// An item may have several artifacts. The file takes the place of the current one of its file name, or of the only current
    /// file; where there is neither, it becomes another artifact.
    ///
    /// # Errors
    ///
    /// When something that is needed is not set, or several items have the name, since nobody knows which is meant: then nothing
    /// is sent. When the item was saved without the file ([`Error::is_job`]). And as any call. After an error of which
    /// [`Error::outcome_unknown`] is true, the file may be there: the same call then makes another version, never another item.
    pub async fn put(&self, file: Upload) -> Result<Evidence, Error> {
        let (filed_at, renewal) = self.checked()?;
        let evidence = self.drata.v2().evidence();
        // The filter takes the beginning of a name.
        let mut items = evidence.list(self.workspace_id).name(&self.name).stream();
        let mut found = Vec::new();
        while let Some(item) = items.next().await {
            let item = item?;
            if item.name == self.name {
                found.push(item.id);
            }
        }
        let existing = self.only(&found)?;
        if existing.is_none() {
            self.owner_for_new()?;
        }
        let kind = LibraryDocumentVersionType::S3File;
        let name = file.file_name().to_owned();
        let form = EvidenceFileForm::new().file(file);
        let key = evidence.upload_file(self.workspace_id, form).await?.file_key;
        let Some(id) = existing else {
            let artifact = EvidenceArtifactRequest::new(kind, filed_at.clone()).file_key(key);
            let mut request = EvidenceCreateRequest::new(self.name.as_str(), [artifact]);
            request.owner_id = self.owner;
            request.renewal_schedule_type = renewal.clone().into();
            request.renewal_date = self.renewal_date.clone().map(Into::into).unwrap_or_default();
            request.description = self.description.clone().map(Into::into).unwrap_or_default();
            request.control_ids = self.controls.clone().map(Into::into).unwrap_or_default();
            let saved = evidence.create(self.workspace_id, request).await?;
            return self.complete(saved.artifacts_created, saved.artifacts_requested, Evidence::Created(saved.id));
        };
        let mut request = EvidenceUpdateRequest::new();
        request.owner_id = self.owner;
        request.renewal_schedule_type = renewal.clone().into();
        request.renewal_date = self.renewal_date.clone().map(Into::into).unwrap_or_default();
        match self.current_artifact(id, &name).await? {
            Some(artifact) => {
                let replace = EvidenceArtifactReplaceRequest::new(kind, Some(filed_at.clone()), artifact).file_key(key);
                request.replace_artifacts = Some(vec![replace]);
            }
            None => {
                let add = EvidenceArtifactAddRequest::new(kind, Some(filed_at.clone())).file_key(key);
                request.new_artifacts = Some(vec![add]);
            }
        }
        let saved = evidence.update(self.workspace_id, id, request).await?;
        self.complete(saved.artifacts_created, saved.artifacts_requested, Evidence::NewVersion(id))
    }

    /// Sends the file through the earlier operations of the evidence library, whose items have one artifact. See
    /// [`put`](Self::put).
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put).
    #[cfg(feature = "v2-evidence-library")]
    #[allow(deprecated, reason = "the earlier operations are what it is about")]
    pub async fn put_in_library(&self, file: Upload) -> Result<Evidence, Error> {
        let (filed_at, renewal) = self.checked()?;
        let library = self.drata.v2().evidence_library();
        let Some(id) = self.in_library().await? else {
            let mut form = EvidenceLibraryCreateForm::new(self.name.as_str());
            form.owner_id = Some(self.owner_for_new()?);
            form.filed_at = Some(filed_at.clone());
            form.renewal_schedule_type = Some(renewal.clone());
            form.renewal_date.clone_from(&self.renewal_date);
            form.description.clone_from(&self.description);
            form.control_ids.clone_from(&self.controls);
            form.file = Some(file);
            let id = match library.create(self.workspace_id, form).send_optional().await? {
                Some(item) => Some(item.id),
                // The service has said that it is there, and not which it is.
                None => self.in_library().await?,
            };
            let problem = || format!("the evidence {:?} was saved, but the service does not list it yet", self.name);
            return id.map(Evidence::Created).ok_or_else(|| Error::job(Some(&meta::CREATE), problem()));
        };
        let mut form = EvidenceLibraryUpdateForm::new();
        // What is left out keeps its value, but for the name, which a file without it would replace by its own.
        form.name = Some(self.name.clone());
        form.owner_id = self.owner;
        form.filed_at = Some(filed_at.clone());
        form.renewal_schedule_type = Some(renewal.clone());
        form.renewal_date.clone_from(&self.renewal_date);
        form.file = Some(file);
        library.update(self.workspace_id, id, form).send_optional().await?;
        Ok(Evidence::NewVersion(id))
    }

    /// The item of the library that has the name.
    #[cfg(feature = "v2-evidence-library")]
    #[allow(deprecated, reason = "as in put_in_library")]
    async fn in_library(&self) -> Result<Option<EvidenceId>, Error> {
        let library = self.drata.v2().evidence_library();
        let mut items = library.list(self.workspace_id).name(&self.name).stream();
        let mut found = Vec::new();
        while let Some(item) = items.next().await {
            let item = item?;
            if item.name == self.name {
                found.push(item.id);
            }
        }
        self.only(&found)
    }

    /// What every item needs.
    fn checked(&self) -> Result<(&Timestamp, &RenewalScheduleType), Error> {
        let (Some(filed_at), Some(renewal)) = (&self.filed_at, &self.renewal) else {
            return Err(refuse("evidence needs filed_at and a renewal schedule: set both".to_owned()));
        };
        if *renewal == RenewalScheduleType::Custom && self.renewal_date.is_none() {
            return Err(refuse("the renewal schedule CUSTOM needs a renewal_date".to_owned()));
        }
        Ok((filed_at, renewal))
    }

    fn owner_for_new(&self) -> Result<UserId, Error> {
        let problem = || refuse(format!("no evidence is named {:?} yet, and a new item needs an owner", self.name));
        self.owner.ok_or_else(problem)
    }

    /// The item of the name, if there is exactly one, or none.
    fn only(&self, found: &[EvidenceId]) -> Result<Option<EvidenceId>, Error> {
        if let [_, _, ..] = found {
            let ids: Vec<String> = found.iter().take(10).map(ToString::to_string).collect();
            return Err(refuse(format!(
                "{} items are named {:?} ({}): update the one that is meant by its id, or rename the others",
                found.len(),
                self.name,
                ids.join(", ")
            )));
        }
        Ok(found.first().copied())
    }

    /// The artifact whose place a file of this name takes.
    async fn current_artifact(&self, id: EvidenceId, file_name: &str) -> Result<Option<i64>, Error> {
        let artifacts = self.drata.v2().evidence().list_artifacts(self.workspace_id, id).is_archived(false);
        let files: Vec<_> = artifacts
            .collect_all()
            .await?
            .into_iter()
            .filter(|artifact| artifact.artifact_type.as_str() == LibraryDocumentVersionType::S3File.as_str())
            .collect();
        let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
        let is_named = |name: &str| name == file_name || name == stem;
        let named = files.iter().find(|artifact| artifact.artifact_name.as_deref().is_some_and(is_named));
        let only = || files.first().filter(|_| files.len() == 1);
        Ok(named.or_else(only).map(|artifact| artifact.id.get()))
    }

    /// An item can be saved although its artifact was not.
    fn complete(&self, created: i64, requested: i64, evidence: Evidence) -> Result<Evidence, Error> {
        if created < requested {
            let problem = format!(
                "the evidence {:?} was saved, but {created} of {requested} artifacts were created: send the file again",
                self.name
            );
            return Err(Error::job(Some(&meta::UPDATE), problem));
        }
        Ok(evidence)
    }
}

fn refuse(problem: String) -> Error {
    Error::invalid(Some(&meta::UPDATE), problem)
}
