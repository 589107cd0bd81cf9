//! The seven parts of a declaration of readiness (list B, G7-74).

use crate::*;

/// The seven parts of list B (G7-74).
pub const B_PARTS: [(u8, Text); 7] = [
    (
        1,
        Text::new(
            "攻撃の時系列（手口と最初の感染の経路）",
            "Attack timeline, with method and first carrier",
        ),
    ),
    (2, Text::new("影響", "Effects")),
    (
        3,
        Text::new(
            "評価と修復で行ったこと（残りも明記）",
            "Work of the first two phases, what is unfinished included",
        ),
    ),
    (
        4,
        Text::new(
            "今後の予定と、守りを強める計画",
            "Next steps, and the plan to strengthen security",
        ),
    ),
    (5, Text::new("対応を行ったことの証拠", "Evidence that the work was done")),
    (6, Text::new("侵害の結果のまとめ", "Summary of the outcome")),
    (7, Text::new("そのほか必要とされた情報", "Further information asked for")),
];
