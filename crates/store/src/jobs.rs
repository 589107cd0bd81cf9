//! Work to be done after a commit or at a time. Queued in the same transaction as the change
//! that asks for it; claimed once; done at least once.

use crate::conn::P;
use crate::error::StoreError;
use crate::tx::{ReadTx, WriteTx};
use okiagari_model::{OrgId, Time};

/// One piece of work that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedJob {
    /// The organisation; `None` for the server itself.
    pub org: Option<OrgId>,
    /// What is to be done.
    pub kind: String,
    /// Tells pieces of work of one kind apart.
    pub key: String,
    /// What the work needs to know, JSON.
    pub payload: String,
    /// When it was to run.
    pub run_at: Time,
    /// How often it was begun, this time included.
    pub attempts: u32,
    version: i64,
}

fn org_text(org: Option<&OrgId>) -> &str {
    org.map_or("", OrgId::as_str)
}

impl WriteTx<'_> {
    /// Asks for work. Where the same work (kind and key) already waits, the earlier time and the
    /// newer payload hold; where it is being done, it will be done once more.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn enqueue(
        &mut self,
        org: Option<&OrgId>,
        kind: &str,
        key: &str,
        run_at: Time,
        payload: &str,
    ) -> Result<(), StoreError> {
        self.read.db.execute(
            "INSERT INTO job (org, kind, name, run_at, payload, version, attempts, locked_until) \
             VALUES ($1, $2, $3, $4, $5, 1, 0, 0) ON CONFLICT (org, kind, name) DO UPDATE SET \
             run_at = CASE WHEN excluded.run_at < job.run_at THEN excluded.run_at \
             ELSE job.run_at END, payload = excluded.payload, version = job.version + 1, \
             attempts = 0, error = NULL",
            &[
                P::Text(org_text(org)),
                P::Text(kind),
                P::Text(key),
                P::Int(run_at.millis()),
                P::Text(payload),
            ],
        )?;
        Ok(())
    }

    /// Takes work off the list that has become needless.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn cancel(
        &mut self,
        org: Option<&OrgId>,
        kind: &str,
        key: &str,
    ) -> Result<bool, StoreError> {
        let removed = self.read.db.execute(
            "DELETE FROM job WHERE org = $1 AND kind = $2 AND name = $3",
            &[P::Text(org_text(org)), P::Text(kind), P::Text(key)],
        )?;
        Ok(removed > 0)
    }

    /// Takes everything of these kinds that is due, longest due first. Nobody else gets it
    /// before `until`; what a crashed worker had claimed comes back then. All kinds where none
    /// is named.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn claim(
        &mut self,
        kinds: &[&str],
        now: Time,
        until: Time,
        limit: u32,
    ) -> Result<Vec<ClaimedJob>, StoreError> {
        let mut params = vec![P::Int(now.millis()), P::Int(limit.into())];
        params.extend(kinds.iter().map(|kind| P::Text(kind)));
        let only = if kinds.is_empty() {
            String::new()
        } else {
            let names: Vec<String> = (3..params.len() + 1).map(|n| format!("${n}")).collect();
            format!(" AND kind IN ({})", names.join(", "))
        };
        let sql = format!(
            "SELECT org, kind, name, payload, run_at, attempts, version FROM job \
             WHERE run_at <= $1 AND locked_until <= $1{only} \
             ORDER BY run_at, org, kind, name LIMIT $2{}",
            self.read.db.dialect().for_update_skip_locked()
        );
        let claimed = self.read.db.query_map(&sql, &params, |row| {
            let org = row.text(0)?;
            Ok(ClaimedJob {
                org: (!org.is_empty()).then(|| OrgId::new(org)),
                kind: row.text(1)?.to_owned(),
                key: row.text(2)?.to_owned(),
                payload: row.text(3)?.to_owned(),
                run_at: Time::from_millis(row.int(4)?),
                attempts: u32::try_from(row.int(5)? + 1).unwrap_or(u32::MAX),
                version: row.int(6)?,
            })
        })?;
        for job in &claimed {
            self.read.db.execute(
                "UPDATE job SET locked_until = $4, attempts = attempts + 1 \
                 WHERE org = $1 AND kind = $2 AND name = $3",
                &[
                    P::Text(org_text(job.org.as_ref())),
                    P::Text(&job.kind),
                    P::Text(&job.key),
                    P::Int(until.millis()),
                ],
            )?;
        }
        Ok(claimed)
    }

    /// Marks claimed work as done. Where it was asked for again meanwhile, it stays on the list.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn finish(&mut self, job: &ClaimedJob) -> Result<(), StoreError> {
        let key = [
            P::Text(org_text(job.org.as_ref())),
            P::Text(&job.kind),
            P::Text(&job.key),
            P::Int(job.version),
        ];
        let done = self.read.db.execute(
            "DELETE FROM job WHERE org = $1 AND kind = $2 AND name = $3 AND version = $4",
            &key,
        )?;
        if done == 0 {
            self.read.db.execute(
                "UPDATE job SET locked_until = 0 WHERE org = $1 AND kind = $2 AND name = $3",
                &key[..3],
            )?;
        }
        Ok(())
    }

    /// Puts claimed work that failed back on the list for a later time.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn retry(&mut self, job: &ClaimedJob, run_at: Time, error: &str) -> Result<(), StoreError> {
        self.read.db.execute(
            "UPDATE job SET locked_until = 0, run_at = CASE WHEN version = $4 THEN $5 \
             ELSE run_at END, error = $6 WHERE org = $1 AND kind = $2 AND name = $3",
            &[
                P::Text(org_text(job.org.as_ref())),
                P::Text(&job.kind),
                P::Text(&job.key),
                P::Int(job.version),
                P::Int(run_at.millis()),
                P::Text(error),
            ],
        )?;
        Ok(())
    }
}

impl ReadTx<'_> {
    /// When the next work that nobody has is due; so that a worker need not ask in vain.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn next_job_at(&mut self) -> Result<Option<Time>, StoreError> {
        let at = self.db.query_opt(
            "SELECT min(CASE WHEN locked_until > run_at THEN locked_until ELSE run_at END) FROM job",
            &[],
            |row| row.opt_int(0),
        )?;
        Ok(at.flatten().map(Time::from_millis))
    }

    /// How many pieces of work of a kind wait or are being done in an organisation: what a page
    /// shows as "recalculating".
    ///
    /// # Errors
    /// What the engine reports.
    pub fn pending_jobs(&mut self, org: Option<&OrgId>, kind: &str) -> Result<u64, StoreError> {
        let count = self.db.query_int(
            "SELECT count(*) FROM job WHERE org = $1 AND kind = $2",
            &[P::Text(org_text(org)), P::Text(kind)],
        )?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}
