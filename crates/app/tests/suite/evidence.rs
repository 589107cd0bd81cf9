//! Evidence: of the very device, analysed, handed over, exported, erased; and criteria for a stop.

use super::containment::{evidence_of, hit};
use super::harness::{NIGHT, World, body, fields, gates, merge, on_each};
use okiagari_app::{AppError, PackageAsk};
use okiagari_model::{Change, Lang, RecordId, register};
use serde_json::{Value, json};

/// TK-63: evidence of one device does not pass for another's.
#[test]
fn wiping_waits_for_evidence_of_the_very_device() {
    on_each(|world| {
        let (incident, system) = hit(world);
        let wipe = json!({"incident": incident.as_str(), "title": "初期化", "nature": "destroy"});
        let task = world.create("csirt", "task", wipe).unwrap().id;
        let it = ("task", &task);
        evidence_of(world, &incident, json!({"origin": "PC-17", "system": system.as_str()}));
        let start = |patch: Value| world.step("csirt", it, "start", patch);
        assert_eq!(gates(start(json!({})).unwrap_err()), ["target_said", "evidence_first"]);
        let refused = start(json!({"device": "PC-1"})).unwrap_err();
        assert_eq!(gates(refused), ["evidence_first"], "PC-1 is not PC-17");
        let both = json!({"device": "PC-1", "system": system.as_str()});
        assert_eq!(gates(start(both).unwrap_err()), ["evidence_first"], "nor any of its system");
        evidence_of(world, &incident, json!({"origin": "経理の pc-1"}));
        start(json!({"device": "PC-1"})).unwrap();
    });
}

/// NI-185: object, method, evidence, hash, holder and finding of a detailed analysis.
#[test]
fn a_detailed_analysis_states_object_method_evidence_hash_and_holder() {
    on_each(|world| {
        let (incident, _) = hit(world);
        let fields = json!({"incident": incident.as_str(), "name": "ディスクの写し",
            "kind": "disk_image", "origin": "PC-7"});
        let evidence = world
            .app
            .add_evidence(
                &world.ctx("csirt"),
                body(fields),
                "pc7.img",
                "application/octet-stream",
                &b"image"[..],
            )
            .unwrap()
            .id;
        let task = json!({"incident": incident.as_str(), "title": "PC-7を調べる"});
        let task = world.create("csirt", "task", task).unwrap().id;
        let analysis = json!({"incident": incident.as_str(), "certainty": "fact",
            "statement": "請求書の添付から入った", "object": "PC-7のディスク"});
        let analysis = world.create("csirt", "analysis", analysis).unwrap().id;
        let it = ("analysis", &analysis);
        let missed = |world: &World| -> Vec<String> {
            let found = world.findings(it, "analysis.detailed");
            found.into_iter().map(|f| f.field).collect()
        };
        let mut all = missed(world);
        all.sort();
        assert_eq!(all, ["evidence", "holder", "method", "sha256", "task"]);
        let hash = world.get(("evidence", &evidence)).text("sha256").to_owned();
        let whole = json!({"task": task.as_str(), "method": "読み取り専用で接続",
            "evidence": [evidence.as_str()], "sha256": "0".repeat(64),
            "holder": world.people["csirt"].as_str()});
        world.edit("csirt", it, whole).unwrap();
        assert_eq!(missed(world), ["sha256"], "another copy than that of the evidence");
        world.edit("csirt", it, json!({ "sha256": hash })).unwrap();
        assert!(missed(world).is_empty());
    });
}

/// IPA-139: four cases, each with criterion, decider, effect, and the case of data that has left.
#[test]
fn stop_criteria_cover_four_cases_with_decider_effect_and_the_caution() {
    on_each(|world| {
        let missing = |world: &World| {
            let org = world.all("organisation").pop().unwrap().id;
            world.findings(("organisation", &org), "organisation.stop_criteria").len()
        };
        let (ciso, executive) = (world.role("ciso").id, world.role("executive").id);
        let line = |role: &RecordId, more: Value| {
            let mut body = json!({"power": "halt", "name": "停止", "situation": "emergency",
                "decider": role.as_str()});
            merge(&mut body, more);
            world.make("authority", body).id
        };
        let cases = ["malware", "vulnerable", "illicit_traffic", "files_changing"];
        let mut made = Vec::new();
        for case in cases {
            let body = json!({"case": case, "name": case, "criterion": "疑いが消えないとき"});
            made.push(world.create("csirt", "stop_criterion", body).unwrap().id);
        }
        assert_eq!(missing(world), 0, "all four are there");
        let end = Change::End {
            def: register("stop_criterion").unwrap(),
            id: made[3].clone(),
            rev: 1,
            reason: "見直し".into(),
        };
        world.app.change(&world.ctx("security_manager"), end).unwrap();
        assert_eq!(missing(world), 1);

        let it = ("stop_criterion", &made[0]);
        let found = |world: &World| -> Vec<String> {
            let found = world.findings(it, "stop_criterion.whole");
            found.into_iter().map(|f| f.field).collect()
        };
        let mut all = found(world);
        all.sort();
        assert_eq!(all, ["authority", "effect_customers", "effect_work", "leaked"]);
        let rest = json!({"effect_work": "受注が止まる", "effect_customers": "買えない",
            "leaked": "持ち出しの跡を調べ、疑いが残れば知らせる"});
        world.edit("csirt", it, rest).unwrap();
        let decided = |world: &World, line: &RecordId, heads: Value| {
            let patch = json!({"authority": line.as_str(), "heads": heads});
            world.edit("csirt", it, patch).unwrap();
            found(world).is_empty()
        };
        let head = json!([world.people["department_head"].as_str()]);
        assert!(!decided(world, &line(&world.role("csirt").id, json!({})), Value::Null));
        let alone = line(&executive, json!({}));
        assert!(!decided(world, &alone, Value::Null), "an executive with a business head");
        assert!(decided(world, &alone, head));
        assert!(!decided(world, &line(&ciso, json!({})), Value::Null), "not delegated yet");
        let delegated = line(&ciso, json!({"approved_on": "2026-10-01"}));
        assert!(decided(world, &delegated, Value::Null));
    });
}

/// TK-62: medium and an unbroken chain; and a package that forensics outside can check.
#[test]
fn evidence_leaves_as_a_package_that_checks_itself_and_the_export_is_on_record() {
    on_each(|world| {
        let (incident, system) = hit(world);
        let add = |name: &str, bytes: &[u8]| {
            let fields = json!({"incident": incident.as_str(), "name": name, "kind": "log",
                "origin": "受注サーバ", "system": system.as_str(), "method": "読み取り専用"});
            let fields = body(fields);
            let file = format!("{name}.log");
            world
                .app
                .add_evidence(&world.ctx("csirt"), fields, &file, "text/plain", bytes)
                .unwrap()
                .id
        };
        let large = vec![7u8; 300_000];
        let (one, two) = (add("通信ログ", b"GET /\n"), add("=認証,ログ", &large));
        let disk = evidence_of(
            world,
            &incident,
            json!({"kind": "disk_image", "origin": "PC-7", "storage": "金庫"}),
        );
        let it = ("evidence", &disk);
        let missed = |world: &World| world.findings(it, "evidence.custody").len();
        assert_eq!(missed(world), 1, "the medium");
        let chain = |second: &str| {
            json!({"medium": "外付けディスク 3（封印 18）", "custody": [
                {"at": NIGHT, "from": "堀", "to": "榊", "why": "保管"},
                {"at": NIGHT + 1, "from": second, "to": "調査会社", "why": "解析"}]})
        };
        world.edit("csirt", it, chain("だれか")).unwrap();
        assert_eq!(missed(world), 1, "somebody is missing in between");
        world.edit("csirt", it, chain("榊")).unwrap();
        assert_eq!(missed(world), 0);

        let ask = PackageAsk {
            receiver: "あかつき調査".into(),
            purpose: "侵入経路の解析".into(),
            items: Vec::new(),
        };
        let ctx = world.ctx("csirt");
        let silent = PackageAsk { purpose: " ".into(), ..ask.clone() };
        let refused = world.app.export_evidence(&ctx, &incident, &silent).unwrap_err();
        assert_eq!(fields(refused), [("purpose".to_owned(), "required")]);
        let (_, outsider) = world.employee("関係のない人", None);
        assert!(world.app.export_evidence(&outsider, &incident, &ask).is_err());
        assert!(world.all("evidence_package").is_empty(), "nothing was exported");

        let package = world.app.export_evidence(&ctx, &incident, &ask).unwrap();
        let record = world.get(("evidence_package", &package.id));
        assert_eq!(record.ids("made_by"), [world.people["csirt"].as_str()]);
        assert_eq!(record.text("receiver"), "あかつき調査");
        assert_eq!(record.ids("items").len(), 3);
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("p.tar");
        let out = std::fs::File::create(&archive).unwrap();
        world.app.write_package(&package, out).unwrap();
        let run = |program: &str, args: &[&str], within: &std::path::Path| {
            let done = std::process::Command::new(program)
                .args(args)
                .current_dir(within)
                .output()
                .unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            String::from_utf8(done.stdout).unwrap()
        };
        run("tar", &["-xf", "p.tar"], folder.path());
        let inside = folder.path().join(&package.number);
        let checked = run("sha256sum", &["-c", "--strict", "SHA256SUMS"], &inside);
        assert_eq!(checked.lines().filter(|l| l.ends_with(": OK")).count(), 6, "{checked}");
        let read = |name: &str| std::fs::read(inside.join(name)).unwrap();
        let text = |name: &str| String::from_utf8(read(name)).unwrap();
        let files: Vec<Vec<u8>> = ["files/0001.log", "files/0002.log", "files/0003.log"]
            .iter()
            .filter(|n| inside.join(n).exists())
            .map(|n| read(n))
            .collect();
        assert!(files.contains(&b"GET /\n".to_vec()) && files.contains(&large));
        let custody = text("custody.csv");
        for fact in ["堀", "榊", "調査会社", "解析", "あかつき調査", "侵入経路の解析"]
        {
            assert!(custody.contains(fact), "{fact}: {custody}");
        }
        assert!(text("items.csv").contains("外付けディスク 3"));
        assert!(text("items.csv").contains("\"'=認証,ログ\""), "no formula");
        assert!(text("sheet.html").contains("<td>=認証,ログ</td>"));
        assert!(text("README.txt").contains("sha256sum -c SHA256SUMS"));
        // The original is untouched.
        let mut kept = Vec::new();
        world.app.evidence_file(&ctx, &one, &mut kept).unwrap();
        assert_eq!(kept, b"GET /\n");
        let only = PackageAsk { items: vec![two], ..ask };
        let package = world.app.export_evidence(&ctx, &incident, &only).unwrap();
        assert_eq!(world.get(("evidence_package", &package.id)).ids("items").len(), 1);
        world.verifies();
    });
}

/// The file of a record goes with its name, unless another record holds the same; the record says so.
#[test]
fn erasing_the_name_of_a_file_destroys_the_file_in_the_same_change() {
    on_each(|world| {
        let ctx = world.ctx("security_manager");
        let add = |name: &str| {
            let fields = json!({"name": name, "kind": "log", "origin": "PC-1"});
            let fields = body(fields);
            world
                .app
                .add_evidence(&ctx, fields, "佐藤.txt", "text/plain", &b"secret"[..])
                .unwrap()
                .id
        };
        let (one, two) = (add("写し1"), add("写し2"));
        let sha256 = world.get(("evidence", &one)).text("sha256").to_owned();
        let digest = okiagari_store::blob::parse_sha256(&sha256).unwrap();
        let erase = |id: &RecordId| {
            let change = Change::Erase {
                def: register("evidence").unwrap(),
                id: id.clone(),
                fields: vec!["file_name".into()],
                reason: "本人の依頼 7号".into(),
            };
            world.app.change(&ctx, change).unwrap();
        };
        let gone = || {
            let blob = world.app.files().info(&world.org, &digest).unwrap();
            blob.erased_at.is_some() && blob.wrapped_key.is_none()
        };
        erase(&one);
        assert!(!gone(), "the other record holds it");
        let file = |id: &RecordId| world.app.evidence_file(&ctx, id, std::io::sink());
        assert!(matches!(file(&one), Err(AppError::NotFound)));
        file(&two).unwrap();
        erase(&two);
        assert!(gone());
        assert!(file(&two).is_err());
        let left = world.get(("evidence", &two));
        assert_eq!(left.text("sha256"), sha256, "what there was can still be proved");
        let def = register("evidence").unwrap();
        let story = world.app.history(&ctx, def, &two, None, 5).unwrap();
        assert_eq!(story[0].reason.as_deref(), Some("本人の依頼 7号"));
        assert_eq!(ctx.lang, Lang::Ja);
        world.verifies();
    });
}
