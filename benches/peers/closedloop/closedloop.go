// Package closedloop measures workflows that run so many at once, each followed by the next: the same way for every peer.
package closedloop

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Load says how many workflows run at once, and for how long after a time to warm up.
type Load struct {
	concurrent     int
	warmUp, length time.Duration
}

// Asked reads the load from the program's arguments: CONCURRENT WARM_UP_SECONDS SECONDS.
func Asked() (Load, error) {
	if len(os.Args) != 4 {
		return Load{}, fmt.Errorf("usage: bench CONCURRENT WARM_UP_SECONDS SECONDS")
	}
	var numbers [3]int
	for place, text := range os.Args[1:] {
		number, err := strconv.Atoi(text)
		if err != nil {
			return Load{}, err
		}
		numbers[place] = number
	}
	return Load{numbers[0], time.Duration(numbers[1]) * time.Second, time.Duration(numbers[2]) * time.Second}, nil
}

// Figures are what was measured, in milliseconds, and how many workflows have finished, also outside of the measured time.
type Figures struct {
	perSecond        float64
	confirmed, ended []float64
	finished         int
}

// Run runs workflows until the time is over and the last one has finished. A workflow says when its order was confirmed.
func (l Load) Run(workflow func() (confirmed time.Time, err error)) (Figures, error) {
	var figures Figures
	var lock sync.Mutex
	var failed, stopped, measuring atomic.Bool
	var group sync.WaitGroup
	for range l.concurrent {
		group.Go(func() {
			for !stopped.Load() {
				begun := time.Now()
				confirmed, err := workflow()
				ended := time.Now()
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					failed.Store(true)
					return
				}
				lock.Lock()
				figures.finished++
				if measuring.Load() {
					figures.confirmed = append(figures.confirmed, milliseconds(confirmed.Sub(begun)))
					figures.ended = append(figures.ended, milliseconds(ended.Sub(begun)))
				}
				lock.Unlock()
			}
		})
	}
	time.Sleep(l.warmUp)
	measuring.Store(true)
	begun := time.Now()
	time.Sleep(l.length)
	measuring.Store(false)
	seconds := time.Since(begun).Seconds()
	stopped.Store(true)
	group.Wait()
	if failed.Load() {
		return figures, fmt.Errorf("a workflow failed")
	}
	slices.Sort(figures.confirmed)
	slices.Sort(figures.ended)
	figures.perSecond = float64(len(figures.ended)) / seconds
	return figures, nil
}

// Print prints name=value lines.
func (f Figures) Print() {
	fmt.Printf("per_s=%.1f\n", f.perSecond)
	fmt.Printf("confirm_p50_ms=%.1f\nconfirm_p99_ms=%.1f\n", quantile(f.confirmed, 0.5), quantile(f.confirmed, 0.99))
	fmt.Printf("end_p50_ms=%.1f\nend_p99_ms=%.1f\n", quantile(f.ended, 0.5), quantile(f.ended, 0.99))
}

func milliseconds(time time.Duration) float64 { return float64(time.Microseconds()) / 1000 }

func quantile(sorted []float64, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(float64(len(sorted))*share))]
}
