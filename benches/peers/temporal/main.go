// An order of six steps on Temporal, in its fastest form: each step is a local activity, so that the server stores the steps of an order
// together, and the worker that starts a workflow gets its first task with the answer.
//
//	bench CONCURRENT WARM_UP_SECONDS SECONDS
//
// PEER_DATABASE_URL is an empty database for the application's rows, PEER_ADDRESS is where a server listens that may be starting still.
// Prints name=value lines: workflows a second, and the milliseconds from a workflow's start to its fourth step, which confirms the order,
// and to its end. A step counts as done when its row is committed, though the server hears of it at the end.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"closedloop"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/types/known/durationpb"
)

const namespace, queue = "orders", "orders"
const retention = 24 * time.Hour
const stepMax = time.Minute

// How long a server that was just started may take, and how often it is asked meanwhile.
const startMax, look = time.Minute, 100 * time.Millisecond

// A local activity may run again when its workflow's task is given out anew.
const insert = "INSERT INTO order_step (order_id, step, at) VALUES ($1, $2, now()) ON CONFLICT DO NOTHING"

// When the running workflows were confirmed, by their ids.
var confirmedAt sync.Map

type shop struct {
	pool   *pgxpool.Pool
	engine client.Client
}

func (s *shop) step(ctx context.Context, id, step string) error {
	_, err := s.pool.Exec(ctx, insert, id, step)
	return err
}

func (s *shop) order(ctx workflow.Context, id string) error {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{ScheduleToCloseTimeout: stepMax})
	for _, step := range closedloop.Steps {
		if err := workflow.ExecuteLocalActivity(ctx, s.step, id, step).Get(ctx, nil); err != nil {
			return err
		}
		if step == "confirm" {
			confirmedAt.LoadOrStore(id, time.Now())
		}
	}
	return nil
}

// sell runs one order's workflow, and says when it was confirmed.
func (s *shop) sell(ctx context.Context) (time.Time, error) {
	id := uuid.NewString()
	options := client.StartWorkflowOptions{ID: id, TaskQueue: queue, EnableEagerStart: true}
	handle, err := s.engine.ExecuteWorkflow(ctx, options, s.order, id)
	if err == nil {
		err = handle.Get(ctx, nil)
	}
	confirmed, _ := confirmedAt.LoadAndDelete(id)
	if err != nil {
		return time.Time{}, err
	}
	return confirmed.(time.Time), nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	load, err := closedloop.Asked()
	if err != nil {
		return err
	}
	ctx := context.Background()
	pool, err := closedloop.Open(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	engine, err := open(ctx)
	if err != nil {
		return err
	}
	defer engine.Close()
	s := &shop{pool, engine}
	orders := worker.New(engine, queue, worker.Options{})
	orders.RegisterWorkflow(s.order)
	if err := orders.Start(); err != nil {
		return err
	}
	defer orders.Stop()
	figures, err := load.Run(func() (time.Time, error) { return s.sell(ctx) })
	if err != nil {
		return err
	}
	if err := figures.Verify(ctx, pool); err != nil {
		return err
	}
	figures.Print()
	return nil
}

// open waits for the server, and makes the namespace.
func open(ctx context.Context) (client.Client, error) {
	quiet := log.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil)))
	options := client.Options{HostPort: os.Getenv("PEER_ADDRESS"), Namespace: namespace, Logger: quiet}
	namespaces, err := client.NewNamespaceClient(options)
	if err != nil {
		return nil, err
	}
	defer namespaces.Close()
	request := &workflowservice.RegisterNamespaceRequest{
		Namespace:                        namespace,
		WorkflowExecutionRetentionPeriod: durationpb.New(retention),
	}
	register := func() error {
		err := namespaces.Register(ctx, request)
		if _, exists := errors.AsType[*serviceerror.NamespaceAlreadyExists](err); exists {
			return nil
		}
		return err
	}
	if err := eventually(register); err != nil {
		return nil, err
	}
	var engine client.Client
	dial := func() (err error) {
		engine, err = client.DialContext(ctx, options)
		return err
	}
	return engine, eventually(dial)
}

// eventually tries until it succeeds or the server had its time.
func eventually(try func() error) error {
	begun := time.Now()
	for {
		err := try()
		if err == nil || time.Since(begun) > startMax {
			return err
		}
		time.Sleep(look)
	}
}
