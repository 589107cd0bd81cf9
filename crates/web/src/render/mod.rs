//! The one plain renderer over a `RegisterDef`: values in, markup out.
