//! Every address the program answers at, read from its own source: a new route is walked without
//! anybody thinking of it, and one whose parts are unknown fails the test.

use okiagari_model::RecordId;
use std::path::{Path, PathBuf};

/// One `.route("…", …)` of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Its address, with `{names}` where something is put in.
    pub pattern: String,
    /// It answers to GET.
    pub get: bool,
    /// It answers to POST.
    pub post: bool,
}

impl Route {
    /// Whether a record of the caller's choice is named in it.
    pub fn names_a_record(&self) -> bool {
        ["{id}", "{incident}", "{round}"].iter().any(|p| self.pattern.contains(p))
    }

    /// Whether it is one of the JSON API.
    pub fn of_api(&self) -> bool {
        self.pattern.starts_with("/api/")
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "tests" | "page_tests" | "snapshots") {
                sources(&path, found);
            }
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
}

/// The text up to the bracket that closes the one before it.
fn arguments(text: &str) -> &str {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    text
}

/// The routes of one file.
pub fn of_text(text: &str, base: &str) -> Vec<Route> {
    let calls = text.split(".route(").skip(1).map(arguments);
    calls
        .map(|call| {
            let call = call.trim_start();
            let quoted = call.strip_prefix('"').and_then(|rest| rest.split_once('"'));
            let (path, handlers) =
                quoted.unwrap_or_else(|| panic!("a route that this test cannot read: {call}"));
            let has = |verb: &str| {
                let at = format!("{verb}(");
                handlers.contains(&format!(", {at}"))
                    || handlers.contains(&format!(".{at}"))
                    || handlers.contains(&format!(" {at}"))
            };
            Route { pattern: format!("{base}{path}"), get: has("get"), post: has("post") }
        })
        .collect()
}

/// All routes of this crate.
pub fn all() -> Vec<Route> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&folder, &mut files);
    files.sort();
    let mut routes = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let api = file.strip_prefix(&folder).unwrap().starts_with("api");
        routes.extend(of_text(&text, if api { "/api/v1" } else { "" }));
    }
    routes
}

/// Whether a concrete or templated address is one of a pattern's.
pub fn fits(pattern: &str, address: &str) -> bool {
    let (mut left, mut right) = (pattern.split('/'), address.split('/'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(part), Some(_)) if part.starts_with("{*") => return true,
            (Some(part), Some(other)) if part == other || part.starts_with('{') => {}
            _ => return false,
        }
    }
}

/// A record that somebody must not see.
#[derive(Debug, Clone)]
pub struct Target {
    pub register: &'static str,
    pub id: RecordId,
}

/// What is put into addresses.
pub struct Filling<'a> {
    pub targets: &'a [Target],
    /// A case that the asker may see, into whose pages hidden things are put.
    pub own_case: &'a RecordId,
    pub orgs: &'a [String],
}

fn replaced(paths: Vec<String>, name: &str, with: &[String]) -> Vec<String> {
    if !paths.iter().any(|p| p.contains(name)) {
        return paths;
    }
    paths.iter().flat_map(|p| with.iter().map(move |w| p.replacen(name, w, 1))).collect()
}

/// A part that has nothing to do with records.
fn fixed(name: &str, orgs: &[String], pattern: &str) -> Vec<String> {
    use crate::home::start::Step;
    use okiagari_model::{REGISTERS, Wing};
    let text = |t: &str| t.to_owned();
    match name {
        "{register}" => REGISTERS.iter().map(|d| text(d.id)).collect(),
        "{wing}" => Wing::ALL.iter().map(|w| text(w.id())).collect(),
        "{key}" => {
            okiagari_model::govern::setting_list::SETTINGS.iter().map(|s| text(s.key)).collect()
        }
        "{step}" if pattern.starts_with("/start/") => {
            Step::ALL.iter().map(|s| text(s.id())).collect()
        }
        "{org}" => orgs.to_vec(),
        "{form}" => okiagari_app::speak::forms().unwrap().into_iter().map(|f| f.id).collect(),
        "{stage}" => vec![text("first"), text("closing")],
        "{n}" => vec![text("0"), text("1")],
        "{secret}" => vec![text("AAAAAAAAAAAAAAAAAAAAAA")],
        "{*path}" => vec![text("okiagari.css")],
        "{*tile}" => ["0/000", "0/000.p/5", "entries/000", "entries/000.p/5"].map(text).to_vec(),
        _ => panic!("say in this test what stands for {name} in {pattern}"),
    }
}

/// The addresses of a pattern, each with the place of a hidden record where one is named.
pub fn addresses(route: &Route, filling: &Filling<'_>) -> Vec<String> {
    let mut paths = Vec::new();
    if route.pattern.contains("{register}") && route.pattern.contains("{id}") {
        for target in filling.targets {
            let path = route.pattern.replace("{register}", target.register);
            let path = path.replace("{id}", target.id.as_str());
            if !path.contains("{step}") {
                paths.push(path);
                continue;
            }
            let flow = okiagari_model::register(target.register).unwrap().flow;
            let steps = flow.map_or(&[][..], |f| f.transitions);
            paths.extend(steps.iter().map(|t| path.replace("{step}", t.id)));
        }
        return paths;
    }
    paths.push(route.pattern.clone());
    let mut ids: Vec<String> = filling.targets.iter().map(|t| t.id.as_str().to_owned()).collect();
    if route.pattern.contains("{play}") {
        let plays = filling.targets.iter().filter(|t| t.register == "play");
        let plays: Vec<String> = plays.map(|t| t.id.as_str().to_owned()).collect();
        paths = replaced(paths, "{play}", &plays);
        ids.push(filling.own_case.as_str().to_owned());
    }
    for name in ["{id}", "{incident}", "{round}"] {
        paths = replaced(paths, name, &ids);
    }
    while let Some(name) = paths.first().and_then(|p| placeholder(p)) {
        let with = fixed(&name, filling.orgs, &route.pattern);
        paths = replaced(paths, &name, &with);
    }
    paths
}

fn placeholder(path: &str) -> Option<String> {
    let (_, rest) = path.split_once('{')?;
    let (name, _) = rest.split_once('}')?;
    Some(format!("{{{name}}}"))
}

#[test]
fn routes_are_read_from_the_source_however_they_are_broken_into_lines() {
    let text = "Router::new().route(\"/a/{id}\", get(x).post(y)).route(\n  \"/b\",\n  post(z)\n)";
    let read = of_text(text, "/api/v1");
    let route = |pattern: &str, get, post| Route { pattern: pattern.to_owned(), get, post };
    assert_eq!(read, [route("/api/v1/a/{id}", true, true), route("/api/v1/b", false, true)]);
    assert!(fits("/x/{register}/{id}", "/x/asset/{id}") && !fits("/x/{register}", "/x/a/b"));
    assert!(all().iter().all(|r| r.get || r.post), "{:?}", all());
}
