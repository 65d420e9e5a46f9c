//! Frames in serde formats: what was handed over, checked again when it is read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Column, Frame, SubjectKind};

#[derive(Serialize)]
#[serde(rename = "Frame")]
struct Shown<'a> {
    kind: SubjectKind,
    ids: &'a [Arc<str>],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    parents: &'a BTreeMap<SubjectKind, Vec<Option<Arc<str>>>>,
    columns: BTreeMap<&'a str, &'a Column>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    left_out: &'a BTreeSet<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    likely_ids: &'a Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename = "Frame", deny_unknown_fields)]
struct Stored {
    kind: SubjectKind,
    ids: Vec<Arc<str>>,
    #[serde(default)]
    parents: BTreeMap<SubjectKind, Vec<Option<Arc<str>>>>,
    columns: BTreeMap<String, Column>,
    #[serde(default)]
    left_out: BTreeSet<String>,
    #[serde(default)]
    likely_ids: Option<Vec<String>>,
}

impl Serialize for Frame {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { kind, ids, parents, columns: _, left_out, likely_ids } = self;
        let columns = self.columns().collect();
        Shown { kind: *kind, ids, parents, columns, left_out, likely_ids }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Frame {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        let mut frame = Self::new(stored.kind, stored.ids).map_err(de::Error::custom)?;
        for (name, column) in stored.columns {
            frame.insert(name, column).map_err(de::Error::custom)?;
        }
        for (kind, parents) in stored.parents {
            frame.set_parents(kind, parents).map_err(de::Error::custom)?;
        }
        frame.left_out = stored.left_out;
        frame.likely_ids = stored.likely_ids;
        Ok(frame)
    }
}
