//! Files in an S3-compatible store.

use super::staged::Staged;
use super::{Backend, BlobError, Credentials};
use futures_util::StreamExt as _;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore as _, ObjectStoreExt as _, PutPayload, RetryConfig};
use okiagari_model::Time;
use std::fs::File;
use std::io::{self, Read};
use std::time::Duration;
use tokio::runtime::{Builder, Handle, Runtime};

/// Bytes of one part of a large upload, held in memory; ten thousand parts are allowed.
const PART: usize = 8 << 20;

pub(super) struct Remote {
    store: AmazonS3,
    prefix: String,
    runtime: Option<Runtime>,
    handle: Handle,
}

/// What an address says.
#[derive(Debug, PartialEq, Eq)]
struct Address {
    bucket: String,
    prefix: String,
    endpoint: Option<String>,
    region: Option<String>,
}

fn parse(url: &str) -> Result<Address, String> {
    let rest = url.strip_prefix("s3://").ok_or("it does not begin with s3://")?;
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    if bucket.is_empty() {
        return Err("the bucket is missing".to_owned());
    }
    let mut address = Address {
        bucket: bucket.to_owned(),
        prefix: prefix.trim_matches('/').to_owned(),
        endpoint: None,
        region: None,
    };
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("endpoint", value)) => address.endpoint = Some(value.to_owned()),
            Some(("region", value)) => address.region = Some(value.to_owned()),
            _ => return Err(format!("{pair:?} is neither endpoint=… nor region=…")),
        }
    }
    if let Some(endpoint) = &address.endpoint
        && !endpoint.starts_with("https://")
        && !is_this_machine(endpoint)
    {
        return Err("an endpoint elsewhere must begin with https://".to_owned());
    }
    Ok(address)
}

/// Without encryption only within the machine: keys and requests would be readable on the way.
fn is_this_machine(endpoint: &str) -> bool {
    let Some(host) = endpoint.strip_prefix("http://") else { return false };
    let host = host.split('/').next().unwrap_or_default();
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| {
        host.strip_prefix(own).is_some_and(|rest| {
            rest.is_empty()
                || rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
        })
    })
}

impl Remote {
    pub(super) fn open(url: &str, credentials: Option<Credentials>) -> Result<Self, BlobError> {
        let bad = |why: String| BlobError::BadUrl { url: url.to_owned(), why };
        let address = parse(url).map_err(bad)?;
        // The TLS of this process; whoever came first has installed the same one.
        if rustls::crypto::ring::default_provider().install_default().is_err() {
            tracing::debug!("TLS was set up before");
        }
        let options = ClientOptions::new()
            .with_connect_timeout(Duration::from_secs(5))
            .with_timeout(Duration::from_secs(120));
        let retry = RetryConfig {
            max_retries: 4,
            retry_timeout: Duration::from_secs(30),
            ..RetryConfig::default()
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&address.bucket)
            .with_region(address.region.as_deref().unwrap_or("us-east-1"))
            .with_client_options(options)
            .with_retry(retry);
        if let Some(endpoint) = &address.endpoint {
            let plain = endpoint.starts_with("http://");
            builder = builder.with_endpoint(endpoint.trim_end_matches('/')).with_allow_http(plain);
        }
        if let Some(credentials) = credentials {
            builder = builder
                .with_access_key_id(credentials.access_key)
                .with_secret_access_key(credentials.secret_key);
            if let Some(token) = credentials.session_token {
                builder = builder.with_token(token);
            }
        }
        let store = builder.build().map_err(|error| bad(error.to_string()))?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("evidence-s3")
            .enable_all()
            .build()
            .map_err(|error| BlobError::Remote(error.to_string()))?;
        let handle = runtime.handle().clone();
        Ok(Self { store, prefix: address.prefix, runtime: Some(runtime), handle })
    }

    fn path(&self, location: &str) -> Path {
        if self.prefix.is_empty() {
            Path::from(location)
        } else {
            Path::from(format!("{}/{location}", self.prefix))
        }
    }

    /// A large file in parts. It has its name only when all parts are there.
    async fn put_parts(&self, path: &Path, mut file: File) -> Result<(), BlobError> {
        let mut upload = self.store.put_multipart(path).await.map_err(remote)?;
        let sent = async {
            loop {
                let mut part = Vec::with_capacity(PART);
                (&mut file)
                    .take(PART as u64)
                    .read_to_end(&mut part)
                    .map_err(|error| BlobError::Remote(error.to_string()))?;
                if part.is_empty() {
                    break;
                }
                upload.put_part(PutPayload::from(part)).await.map_err(remote)?;
            }
            upload.complete().await.map_err(remote)
        };
        let outcome = sent.await;
        if outcome.is_err()
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(%error, "parts of a failed upload stay in the object store");
        }
        outcome.map(|_| ())
    }
}

impl Backend for Remote {
    fn put(&self, location: &str, file: Staged) -> Result<(), BlobError> {
        let path = self.path(location);
        let failed = |error: io::Error| BlobError::file(file.path(), &error);
        let mut source = File::open(file.path()).map_err(failed)?;
        let size = source.metadata().map_err(failed)?.len();
        if size > PART as u64 {
            return self.handle.block_on(self.put_parts(&path, source));
        }
        let mut bytes = Vec::new();
        source.read_to_end(&mut bytes).map_err(failed)?;
        self.handle.block_on(self.store.put(&path, PutPayload::from(bytes))).map_err(remote)?;
        Ok(())
    }

    fn open(&self, location: &str) -> Result<Option<Box<dyn Read + Send>>, BlobError> {
        match self.handle.block_on(self.store.get(&self.path(location))) {
            Ok(found) => Ok(Some(Box::new(Download {
                handle: self.handle.clone(),
                stream: found.into_stream(),
                chunk: bytes::Bytes::new(),
                at: 0,
            }))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(remote(error)),
        }
    }

    fn remove(&self, location: &str) -> Result<(), BlobError> {
        match self.handle.block_on(self.store.delete(&self.path(location))) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(remote(error)),
        }
    }

    fn list(
        &self,
        each: &mut dyn FnMut(&str, u64, Time) -> Result<(), BlobError>,
    ) -> Result<(), BlobError> {
        let prefix = Path::from(self.prefix.as_str());
        let skip = if self.prefix.is_empty() { 0 } else { self.prefix.len() + 1 };
        let mut stream = self.store.list(if self.prefix.is_empty() { None } else { Some(&prefix) });
        while let Some(found) = self.handle.block_on(stream.next()) {
            let found = found.map_err(remote)?;
            let written = Time::from_millis(found.last_modified.timestamp_millis());
            let location = found.location.as_ref();
            each(location.get(skip..).unwrap_or_default(), found.size, written)?;
        }
        Ok(())
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        // Waiting for it would panic where the last user is an async task.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A download as something to read from, piece by piece.
struct Download {
    handle: Handle,
    stream: futures_util::stream::BoxStream<'static, object_store::Result<bytes::Bytes>>,
    chunk: bytes::Bytes,
    at: usize,
}

impl Read for Download {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.chunk.len() {
            match self.handle.block_on(self.stream.next()) {
                None => return Ok(0),
                Some(Ok(chunk)) => (self.chunk, self.at) = (chunk, 0),
                Some(Err(error)) => return Err(io::Error::other(remote(error))),
            }
        }
        let length = buffer.len().min(self.chunk.len() - self.at);
        buffer[..length].copy_from_slice(&self.chunk[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}

fn remote(error: object_store::Error) -> BlobError {
    BlobError::Remote(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read() {
        let full = parse("s3://evidence/a/b/?endpoint=http://127.0.0.1:9000&region=ap-northeast-1");
        let full = full.unwrap();
        assert_eq!((full.bucket.as_str(), full.prefix.as_str()), ("evidence", "a/b"));
        assert_eq!(full.endpoint.as_deref(), Some("http://127.0.0.1:9000"));
        assert_eq!(full.region.as_deref(), Some("ap-northeast-1"));
        assert_eq!(parse("s3://evidence").unwrap().endpoint, None);
    }

    #[test]
    fn an_address_that_would_send_keys_in_the_clear_is_refused() {
        for bad in [
            "s3://",
            "s3://b?colour=red",
            "s3://b?endpoint=http://files.example.com",
            "s3://b?endpoint=http://127.0.0.1.example.com",
            "s3://b?endpoint=http://localhost:9000@example.com",
            "s3://b?endpoint=ftp://localhost",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse("s3://b?endpoint=https://files.example.com").is_ok());
    }
}
