//! Live pages: whoever watches a room gets what changed, read again under the own permissions.
//!
//! A commit only passes the word on. Each watcher then asks for the room as that watcher may see
//! it; watchers who may see exactly the same share one rendering.

use super::fragments::{self, Fragment, Seen};
use super::load::{self, Watcher};
use super::room::{ME_PLACE, Room};
use crate::web::Web;
use crate::who::Signed;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use okiagari_app::{App, AppError, Ctx};
use okiagari_model::respond::incident::Incident;
use okiagari_model::{Action, OrgId, RecordId, Register, RowClause, policy, register};
use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OnceCell, broadcast};

/// Commits that may wait for a slow watcher; beyond it, the watcher reads the room anew, which
/// loses nothing.
const WAITING: usize = 1024;
/// How often a quiet line says that it is still there, and the session is looked at again.
const QUIET: Duration = Duration::from_secs(20);
/// Rooms whose rendering is kept for those who watch them.
const KEPT: usize = 256;
/// The most watchers of the server.
const WATCHERS: usize = 2_000;

/// What a commit says to live pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The organisation.
    pub org: OrgId,
    /// The leaf.
    pub leaf: u64,
    /// Incidents concerned.
    pub incidents: Vec<RecordId>,
}

/// Passes the word of commits on, and keeps renderings that watchers share.
#[derive(Debug)]
pub struct Hub {
    tell: broadcast::Sender<Arc<Told>>,
    kept: Mutex<HashMap<Key, (u64, Place)>>,
    watchers: Arc<tokio::sync::Semaphore>,
}

/// Where a rendering is put once, for all who wait for it.
type Place = Arc<OnceCell<Arc<Shared>>>;

/// Watchers of one key see exactly the same.
type Key = (OrgId, RecordId, &'static str, Group);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Group {
    /// Sees every record of an unrestricted case: only the roles decide which buttons are there.
    Open { roles: Vec<&'static str>, person: bool },
    /// Sees by membership, department or own records: shares with nobody.
    Own(String),
}

/// A room as one group sees it.
#[derive(Debug)]
struct Shared {
    room: Room,
    parts: Vec<Fragment>,
}

impl Hub {
    /// Listens to the commits of the application.
    pub fn listening(app: &App) -> Arc<Self> {
        let (tell, _) = broadcast::channel(WAITING);
        let hub = Arc::new(Self {
            tell: tell.clone(),
            kept: Mutex::default(),
            watchers: Arc::new(tokio::sync::Semaphore::new(WATCHERS)),
        });
        app.store().on_commit(move |commits| {
            if tell.receiver_count() == 0 {
                return;
            }
            for c in commits {
                let mut incidents: Vec<RecordId> = c.case.iter().cloned().collect();
                let own =
                    c.items.iter().filter(|(r, _)| *r == Incident::ID).map(|(_, id)| id.clone());
                incidents.extend(own);
                if !incidents.is_empty() {
                    // Nobody listening any more is no fault.
                    let _ =
                        tell.send(Arc::new(Told { org: c.org.clone(), leaf: c.leaf, incidents }));
                }
            }
        });
        hub
    }

    /// The rendering of a group that is at least as new as `leaf`, or a place to put it.
    fn place(&self, key: &Key, leaf: u64) -> Place {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, cell)) = kept.get(key)
            && *at >= leaf
        {
            return cell.clone();
        }
        if kept.len() >= KEPT {
            kept.clear();
        }
        let cell = Arc::new(OnceCell::new());
        kept.insert(key.clone(), (leaf, cell.clone()));
        cell
    }
}

/// Registers that a room shows or names; whoever sees all unrestricted records of every one of
/// them sees an unrestricted room whole.
const SHOWN: [&str; 27] = [
    "incident",
    "timeline_entry",
    "task",
    "decision",
    "evidence",
    "message",
    "obligation",
    "review",
    "improvement",
    "report",
    "analysis",
    "person",
    "system",
    "role",
    "contact",
    "indicator",
    "log_merge",
    "escalation",
    "tamper_check",
    "urgent_check",
    "heightened_watch",
    "investigation",
    "effort",
    "hold",
    "collection",
    "containment",
    "stop_point",
];

fn group(ctx: &Ctx, restricted: bool) -> Group {
    let whole = SHOWN.iter().filter_map(|id| register(id)).all(|def| {
        let rows = policy::rows(&ctx.subject, def, Action::Read);
        rows.is_everything() || rows.clauses.contains(&RowClause::Unrestricted)
    });
    if restricted || !whole {
        return Group::Own(ctx.subject.account.as_str().to_owned());
    }
    let mut roles = ctx.subject.roles.clone();
    roles.sort_unstable();
    Group::Open { roles, person: ctx.subject.person.is_some() }
}

/// One watcher.
struct Watching {
    web: Web,
    secret: String,
    id: RecordId,
    told: broadcast::Receiver<Arc<Told>>,
    /// What is on the page; `None` before the first look.
    seen: Option<Seen>,
    /// How many leaves the page shows.
    leaf: u64,
    queue: VecDeque<Event>,
    over: bool,
    _place: tokio::sync::OwnedSemaphorePermit,
}

/// The line to a room's watcher. `last`: how many leaves the page shows, from the browser.
pub fn watch(me: Signed, id: RecordId, last: Option<u64>) -> Response {
    let Ok(place) = me.web.live.watchers.clone().try_acquire_owned() else {
        return axum::http::StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let told = me.web.live.tell.subscribe();
    let watching = Watching {
        web: me.web,
        secret: me.secret,
        id,
        told,
        seen: None,
        leaf: last.unwrap_or(0),
        queue: VecDeque::new(),
        over: false,
        _place: place,
    };
    let keep = KeepAlive::new().interval(Duration::from_secs(15)).text("quiet");
    Sse::new(events(watching)).keep_alive(keep).into_response()
}

fn events(watching: Watching) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(watching, |mut w| async move {
        loop {
            if let Some(event) = w.queue.pop_front() {
                return Some((Ok(event), w));
            }
            if w.over {
                return None;
            }
            if w.seen.is_some() && !w.wait().await {
                return None;
            }
            w.look().await;
        }
    })
}

impl Watching {
    /// Waits until something of this room was written, or the line was quiet for a while. Several
    /// commits become one look.
    async fn wait(&mut self) -> bool {
        loop {
            match tokio::time::timeout(QUIET, self.told.recv()).await {
                Ok(Ok(told)) => {
                    if !self.concerns(&told) {
                        continue;
                    }
                    self.leaf = self.leaf.max(told.leaf + 1);
                    while let Ok(more) = self.told.try_recv() {
                        if self.concerns(&more) {
                            self.leaf = self.leaf.max(more.leaf + 1);
                        }
                    }
                    return true;
                }
                Ok(Err(broadcast::error::RecvError::Lagged(_))) => {
                    // Words were lost, not records: the room is read anew.
                    self.leaf = self.leaf.saturating_add(1);
                    return true;
                }
                Ok(Err(broadcast::error::RecvError::Closed)) => return false,
                Err(_) => return true,
            }
        }
    }

    fn concerns(&self, told: &Told) -> bool {
        told.incidents.contains(&self.id)
    }

    /// Reads the room as this watcher may see it now and queues what differs from the page.
    async fn look(&mut self) {
        let shared = match self.read().await {
            Ok(shared) => shared,
            Err(e) => {
                // Signed out, no longer allowed, or the record cannot be read: the line ends, and
                // the page says that it no longer moves.
                if e.status() >= 500 {
                    tracing::error!(error.cause = ?e, "a live page could not be read");
                }
                self.over = true;
                return;
            }
        };
        let (me, shared) = shared;
        let leaf = self.leaf;
        let seen =
            self.seen.get_or_insert_with(|| Seen::at_leaf(&shared.parts, &shared.room, leaf));
        let mut parts = Vec::new();
        for mut part in seen.changed(&shared.parts) {
            part.html = fragments::personal(&part.html, &me);
            match serde_json::to_string(&part) {
                Ok(json) => parts.push(Event::default().data(json)),
                Err(e) => tracing::error!(error.cause = %e, "a fragment could not be written"),
            }
        }
        // Only the last part says how far the page is: a line that breaks before it starts anew.
        if let Some(last) = parts.pop() {
            parts.push(last.id(shared.room.leaf.to_string()));
        }
        self.queue.extend(parts);
        self.leaf = self.leaf.max(shared.room.leaf);
    }

    async fn read(&self) -> Result<(String, Arc<Shared>), AppError> {
        let (web, secret, id) = (self.web.clone(), self.secret.clone(), self.id.clone());
        let first = self.seen.is_none();
        let (ctx, restricted, size) = blocking(move || {
            let session = web.app.auth().session(&secret).map_err(crate::error::from_auth)?;
            let member = session.member.ok_or(AppError::NotFound)?;
            let ctx = web.app.ctx(&member, session.lang)?;
            let incident = web.app.record(&ctx, Incident::DEF, &id, None)?.record;
            // What was written before this line began to listen was told to nobody here: the first
            // look is over all of it, not over what somebody else was shown earlier.
            let size = if first { web.app.leaves(&ctx)? } else { 0 };
            Ok((ctx, incident.text("sharing") == "members", size))
        })
        .await?;
        let me = ctx.subject.person.as_ref().map_or_else(String::new, |p| p.as_str().to_owned());
        let key =
            (ctx.subject.org.clone(), self.id.clone(), ctx.lang.tag(), group(&ctx, restricted));
        let cell = self.web.live.place(&key, self.leaf.max(size));
        let (web, id) = (self.web.clone(), self.id.clone());
        let shared = cell
            .get_or_try_init(|| async {
                blocking(move || {
                    let view = web.app.room(&ctx, &id, None)?;
                    let ui = load::ui_of(&ctx, web.app.now());
                    let mut who = Watcher::of(&ctx);
                    if !who.me.is_empty() {
                        who.me = ME_PLACE;
                    }
                    let room = load::room_of(&ui, view, who, None);
                    let parts = fragments::all(&ui, &room);
                    Ok(Arc::new(Shared { room, parts }))
                })
                .await
            })
            .await?;
        Ok((me, shared.clone()))
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work).await.map_err(|e| AppError::Internal(e.to_string()))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use okiagari_model::{AccountId, Lang, Subject, Zone};

    fn ctx(roles: &[&'static str], account: &str) -> Ctx {
        let subject = Subject {
            org: OrgId::new("o"),
            account: AccountId::new(account),
            person: Some(RecordId::new("p1")),
            department: None,
            roles: roles.to_vec(),
            heads: Vec::new(),
            audit_cases: Vec::new(),
            audits: Vec::new(),
            audit_registers: Vec::new(),
            counterparty: None,
            at: okiagari_model::Time::from_millis(0),
        };
        Ctx { subject: Arc::new(subject), lang: Lang::Ja, zone: Zone::tokyo() }
    }

    #[test]
    fn equal_rights_share_and_unequal_never_do() {
        let group_of = |roles: &[&'static str], account: &str, restricted| {
            group(&ctx(roles, account), restricted)
        };
        assert_eq!(
            group_of(&["employee", "ciso"], "a", false),
            group_of(&["ciso", "employee"], "b", false)
        );
        assert_ne!(
            group_of(&["employee", "ciso"], "a", false),
            group_of(&["employee", "executive"], "b", false)
        );
        // A restricted case is seen by membership, so nobody shares.
        assert_ne!(group_of(&["ciso"], "a", true), group_of(&["ciso"], "b", true));
        // Whoever sees persons only of the own department sees other names.
        assert_ne!(group_of(&["employee"], "a", false), group_of(&["employee"], "b", false));
        assert_ne!(group_of(&["auditor"], "a", true), group_of(&["ciso"], "a", false));
    }
}
