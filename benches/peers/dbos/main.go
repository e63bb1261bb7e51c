// An order of six durable steps on DBOS for Go, in its fastest form: each step's row and its checkpoint are one transaction on one pool.
//
//	bench CONCURRENT WARM_UP_SECONDS SECONDS
//
// PEER_DATABASE_URL is an empty database. Prints name=value lines: workflows a second, and the milliseconds from a workflow's start to
// its fourth step, which confirms the order, and to its end.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"closedloop"

	"github.com/dbos-inc/dbos-transact-golang/dbos"
	"github.com/google/uuid"
)

const insert = "INSERT INTO order_step (order_id, step, at) VALUES ($1, $2, now())"

// When the running workflows were confirmed, by their ids.
var confirmedAt sync.Map

type shop struct{ source *dbos.DataSource }

func (s *shop) order(workflow dbos.Context, id string) (string, error) {
	for _, step := range closedloop.Steps {
		write := func(ctx context.Context, tx dbos.Tx) (string, error) {
			_, err := tx.Exec(ctx, insert, id, step)
			return step, err
		}
		if _, err := dbos.RunAsTransaction(workflow, s.source, write, dbos.WithStepName(step)); err != nil {
			return "", err
		}
		if step == "confirm" {
			confirmedAt.Store(id, time.Now())
		}
	}
	return id, nil
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
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	engine, err := dbos.NewContext(ctx, dbos.Config{AppName: "orders", SystemDBPool: pool, Logger: quiet})
	if err != nil {
		return err
	}
	s := &shop{}
	dbos.RegisterWorkflow(engine, s.order)
	if s.source, err = dbos.NewDataSource(engine, pool, dbos.WithDataSourceName("orders")); err != nil {
		return err
	}
	if err := dbos.Launch(engine); err != nil {
		return err
	}
	figures, err := load.Run(func() (time.Time, error) {
		id := uuid.NewString()
		handle, err := dbos.RunWorkflow(engine, s.order, id, dbos.WithWorkflowID(id))
		if err == nil {
			_, err = handle.GetResult()
		}
		confirmed, _ := confirmedAt.LoadAndDelete(id)
		if err != nil {
			return time.Time{}, err
		}
		return confirmed.(time.Time), nil
	})
	if err != nil {
		return err
	}
	if err := figures.Verify(ctx, pool); err != nil {
		return err
	}
	figures.Print()
	return nil
}
