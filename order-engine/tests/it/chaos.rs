//! One fault after the other under load; afterwards nothing may be missing, doubled or out of order.

use service_kit::poll::wait_until;

use crate::engine::Engine;
use crate::load::Load;
use crate::look::{LOOK, PATIENCE, free_address, grows, nothing_lost_or_doubled};
use crate::stack::Stack;

const CUSTOMERS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; `make test-long` runs it"]
async fn nothing_is_lost_doubled_or_out_of_order_through_faults() {
    let stack = Stack::start().await;
    let token = stack.prepare("1").await;
    let front = free_address();
    let back = free_address();
    let mut engine = Engine::start(&stack, &front, "command,relay,projection,query").await;
    let mut second = Engine::start(&stack, &back, "relay,projection").await;
    let store = stack.store().await;
    let load = Load::start(&engine.url, &token, CUSTOMERS);
    grows(&store).await;

    // The relay's leader is stopped until its lease is over and the other has taken over, then goes on.
    engine.stop().await;
    let client = stack.client().await;
    let epoch = async || client.query_one("SELECT epoch FROM leases", &[]).await.unwrap().get::<_, i64>(0);
    let held = epoch().await;
    wait_until(PATIENCE, LOOK, async || epoch().await > held).await.unwrap();
    engine.signal("CONT").await;
    grows(&store).await;

    stack.order("kill", "kafka").await;
    grows(&store).await;
    stack.order("start", "kafka").await;
    grows(&store).await;

    stack.order("kill", "postgres").await;
    stack.order("start", "postgres").await;
    grows(&store).await;

    engine.kill().await;
    engine = Engine::start(&stack, &front, "command,relay,projection,query").await;
    grows(&store).await;
    stack.order("kill", "registry").await;
    grows(&store).await;

    // An engine that starts without the registry takes commands; they go out when the registry is there.
    engine.kill().await;
    second.kill().await;
    engine = Engine::start(&stack, &front, "command,relay").await;
    grows(&store).await;
    stack.order("start", "registry").await;
    second = Engine::start(&stack, &back, "projection,query").await;

    let acknowledged = load.end().await;
    engine.ready().await;
    nothing_lost_or_doubled(&stack, &store, &acknowledged).await;
    drop(second);
}
