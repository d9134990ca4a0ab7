use dioxus::prelude::*;

/// A run of text in one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    /// As the surrounding text.
    Plain(String),
    /// `**bold**`
    Bold(String),
    /// `` `number` ``: digits of one width, never broken across lines.
    Num(String),
    /// ``**`number`**``
    BoldNum(String),
    /// A line break (`\n`).
    Break,
}

/// Splits text at `**`, `` ` `` and line ends. A mark without its pair stands as written.
pub fn runs(text: &str) -> Vec<Run> {
    let mut out = vec![];
    for (n, line) in text.split('\n').enumerate() {
        if n > 0 {
            out.push(Run::Break);
        }
        pairs(line, "**", &mut |part, bold| {
            pairs(part, "`", &mut |part, num| {
                let part = part.to_owned();
                out.push(match (bold, num) {
                    (false, false) => Run::Plain(part),
                    (true, false) => Run::Bold(part),
                    (false, true) => Run::Num(part),
                    (true, true) => Run::BoldNum(part),
                });
            });
        });
    }
    out
}

fn pairs(text: &str, mark: &str, push: &mut dyn FnMut(&str, bool)) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(mark) {
        let Some((inside, tail)) = after.split_once(mark) else {
            break;
        };
        if !before.is_empty() {
            push(before, false);
        }
        if !inside.is_empty() {
            push(inside, true);
        }
        rest = tail;
    }
    if !rest.is_empty() {
        push(rest, false);
    }
}

/// Text with the two marks of the catalogues: `**bold**` and `` `number` ``; `\n` breaks the line.
/// Every text property of these components goes through here.
#[component]
pub fn Rich(text: String) -> Element {
    rsx! {
        for run in runs(&text) {
            match run {
                Run::Plain(t) => rsx! { "{t}" },
                Run::Bold(t) => rsx! { b { "{t}" } },
                Run::Num(t) => rsx! { span { class: "num", "{t}" } },
                Run::BoldNum(t) => rsx! { b { class: "num", "{t}" } },
                Run::Break => rsx! { br {} },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks() {
        use Run::*;
        assert_eq!(
            runs("Seal `8318 1001` tự báo: **đóng**"),
            [Plain("Seal ".into()), Num("8318 1001".into()), Plain(" tự báo: ".into()), Bold("đóng".into())]
        );
        assert_eq!(
            runs("lúc **`14:40`**\nrồi"),
            [Plain("lúc ".into()), BoldNum("14:40".into()), Break, Plain("rồi".into())]
        );
        assert_eq!(runs("2 ** 3 ` 4"), [Plain("2 ** 3 ` 4".into())]);
        assert_eq!(runs(""), []);
    }
}
