//! An engine whose parts are processes of their own, each of which can be killed.

use crate::engine::Engine;
use crate::stack::Stack;

pub struct Apart<'a> {
    stack: &'a Stack,
    parts: Vec<(&'static str, Option<Engine>)>,
}

impl<'a> Apart<'a> {
    /// Starts a process for each of some participants, and one for the rest, which are separated by commas.
    pub async fn start(stack: &'a Stack, participants: &[&'static str], rest: &'static str) -> Self {
        let mut parts = Vec::new();
        for part in participants.iter().copied().chain([rest]) {
            parts.push((part, Some(Engine::works_for(stack, part).await)));
        }
        Self { stack, parts }
    }

    /// Kills a part and starts it again.
    pub async fn kill(&mut self, part: &str) {
        let (name, engine) = self.parts.iter_mut().find(|(name, _)| *name == part).unwrap();
        engine.take().unwrap().kill().await;
        *engine = Some(Engine::works_for(self.stack, name).await);
    }
}
