//! Instants as they stand in statements and certificates: whole seconds, UTC.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use der::DateTime;
use der::asn1::{GeneralizedTime, UtcTime};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use x509_cert::time::Time;

/// A second between 1970 and 9999, written as `2026-11-22T02:40:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(DateTime);

/// Not an instant that a statement or certificate can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a second between 1970 and 9999 in the form 2026-11-22T02:40:00Z")]
pub struct BadMoment;

impl Moment {
    /// From seconds since 1970 UTC.
    ///
    /// # Errors
    /// Beyond the year 9999.
    pub fn from_unix(seconds: u64) -> Result<Self, BadMoment> {
        DateTime::from_unix_duration(Duration::from_secs(seconds)).map(Self).map_err(|_| BadMoment)
    }

    /// Seconds since 1970 UTC.
    pub fn unix(self) -> u64 {
        self.0.unix_duration().as_secs()
    }

    /// The form that certificates and CMS ask for: two digits of the year up to 2049.
    pub(crate) fn to_x509(self) -> Time {
        match UtcTime::from_date_time(self.0) {
            Ok(time) => Time::UtcTime(time),
            Err(_) => Time::GeneralTime(GeneralizedTime::from_date_time(self.0)),
        }
    }

    pub(crate) fn from_x509(time: &Time) -> Self {
        Self(time.to_date_time())
    }

    pub(crate) fn from_generalized(time: &GeneralizedTime) -> Self {
        Self(time.to_date_time())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Moment {
    type Err = BadMoment;

    fn from_str(text: &str) -> Result<Self, BadMoment> {
        let moment = text.parse().map(Self).map_err(|_| BadMoment)?;
        // One spelling for one instant.
        if moment.to_string() == text { Ok(moment) } else { Err(BadMoment) }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
