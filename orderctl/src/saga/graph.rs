//! The flow of sagas as a graph. The stages come from the flow itself, by the engine or by the domain that this tool was built with.

use std::io::Write;

use serde::Deserialize;

/// A stage, as the endpoint of a saga and the domain write it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stage {
    #[serde(rename = "stage")]
    name: String,
    way: Way,
    place: Option<Place>,
    asks: Vec<String>,
    opens: Vec<String>,
    gives_up: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Way {
    Always,
    Fulfil,
    Undo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Place {
    Done,
    Here,
    Ahead,
}

impl Place {
    const fn mark(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Here => "here",
            Self::Ahead => "ahead",
        }
    }
}

impl Way {
    /// The ways in the order in which they are written, each with its head.
    const ALL: [(Self, &'static str); 3] =
        [(Self::Always, "before every stage"), (Self::Fulfil, "to the delivery"), (Self::Undo, "back")];
}

impl Stage {
    /// The words of it, as people write them.
    fn title(&self) -> String {
        self.name.to_lowercase().replace('_', " ")
    }

    fn details(&self) -> Vec<String> {
        let all = [("asks", &self.asks), ("opens", &self.opens), ("gives up", &self.gives_up)];
        all.iter()
            .filter(|(_, what)| !what.is_empty())
            .map(|(verb, what)| format!("{verb} {}", what.join(", ")))
            .collect()
    }
}

fn on(stages: &[Stage], way: Way) -> impl Iterator<Item = &Stage> {
    stages.iter().filter(move |stage| stage.way == way)
}

/// Writes the stages line by line; an arrow shows where the saga stands.
pub(super) fn write_text(out: &mut impl Write, stages: &[Stage]) -> std::io::Result<()> {
    for (way, head) in Way::ALL {
        writeln!(out, "{head}:")?;
        for stage in on(stages, way) {
            let arrow = if stage.place == Some(Place::Here) { "->" } else { "" };
            let place = stage.place.map_or("", Place::mark);
            let details = stage.details().join("; ");
            writeln!(out, "{arrow:<2} {:<16} {place:<6} {details}", stage.title())?;
        }
    }
    Ok(())
}

/// Writes a flowchart. What the saga has behind itself, and where it stands, are classes of nodes.
pub(super) fn write_mermaid(out: &mut impl Write, stages: &[Stage]) -> std::io::Result<()> {
    writeln!(out, "flowchart TD")?;
    writeln!(out, "    PLACED([placed])\n    COMPLETED([completed])\n    UNDONE([undone])")?;
    for (way, head) in Way::ALL {
        writeln!(out, "    subgraph {way:?} [{head}]")?;
        for stage in on(stages, way) {
            let text = [vec![stage.title()], stage.details()].concat().join("<br/>");
            let class = stage.place.map(|place| format!(":::{}", place.mark())).unwrap_or_default();
            writeln!(out, "        {}[\"{text}\"]{class}", stage.name)?;
        }
        writeln!(out, "    end")?;
    }
    let back = on(stages, Way::Undo).next().map_or("UNDONE", |stage| &stage.name);
    write_way(out, on(stages, Way::Fulfil), "PLACED", "COMPLETED")?;
    write_way(out, on(stages, Way::Undo), "", "UNDONE")?;
    for stage in stages.iter().filter(|stage| !stage.gives_up.is_empty()) {
        writeln!(out, "    {} -. {} .-> {back}", stage.name, stage.gives_up.join("<br/>"))?;
    }
    writeln!(out, "    Fulfil -. cancelled, or undone by a person .-> {back}")?;
    writeln!(
        out,
        "    classDef done fill:#d7f0d7\n    classDef here fill:#ffe9a8,stroke-width:3px\n    classDef ahead fill:#fff"
    )
}

fn write_way<'a>(
    out: &mut impl Write,
    stages: impl Iterator<Item = &'a Stage>,
    from: &'a str,
    to: &str,
) -> std::io::Result<()> {
    let mut before = from;
    for stage in stages {
        if !before.is_empty() {
            writeln!(out, "    {before} --> {}", stage.name)?;
        }
        before = &stage.name;
    }
    writeln!(out, "    {before} --> {to}")
}

#[cfg(test)]
mod tests {
    use domain::order_saga::{FLOW_VERSION, outline};

    use super::*;

    fn stages() -> Vec<Stage> {
        serde_json::from_value(serde_json::to_value(outline(FLOW_VERSION).unwrap()).unwrap()).unwrap()
    }

    fn written(write: fn(&mut Vec<u8>, &[Stage]) -> std::io::Result<()>, stages: &[Stage]) -> String {
        let mut out = Vec::new();
        write(&mut out, stages).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_stage_of_the_flow_is_drawn_and_leads_on() {
        let stages = stages();
        let drawn = written(write_mermaid, &stages);
        for stage in &stages {
            assert!(drawn.contains(&format!("        {}[\"", stage.name)), "{drawn}");
            let leads_on = drawn.contains(&format!("    {} --> ", stage.name));
            assert_eq!(leads_on, stage.way != Way::Always, "{}: {drawn}", stage.name);
        }
        assert!(drawn.contains("    STOCK -. OUT_OF_STOCK .-> STOP_FULFILMENT\n"), "{drawn}");
        assert!(drawn.starts_with("flowchart TD\n") && drawn.contains("PLACED --> STOCK\n"), "{drawn}");
    }

    #[test]
    fn where_a_saga_stands_is_marked() {
        let mut stages = stages();
        for (stage, place) in stages.iter_mut().filter(|stage| stage.way == Way::Fulfil).zip([Place::Done, Place::Here])
        {
            stage.place = Some(place);
        }
        let text = written(write_text, &stages);
        assert!(
            text.contains("   stock            done   asks RESERVE; opens NOT_FULFILLABLE; gives up OUT_OF_STOCK\n"),
            "{text}"
        );
        assert!(text.contains("-> screening        here   opens REVIEW; gives up FRAUD\n"), "{text}");
        assert!(written(write_mermaid, &stages).contains("gives up FRAUD\"]:::here\n"));
    }
}
