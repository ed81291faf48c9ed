package awsclient

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/words"
)

// Query is a SELECT that Athena runs. Athena writes its result into Amazon S3.
type Query struct {
	Statement      string // one SELECT
	Database       string
	Workgroup      string // empty: primary
	OutputLocation string // s3://BUCKET/PREFIX/; empty: the workgroup's own
	MaxScan        int64  // bytes; the query is stopped once it has scanned more
	Columns        []string

	Row      func(values []*string) error // takes each row of the result, nil for NULL
	Progress func(QueryState)
}

// QueryState says how far a query is.
type QueryState struct {
	ID      string
	State   string // QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED
	Scanned int64  // bytes
	Rows    int    // of the result, that were read
}

// QueryStopped is the error of a query that was stopped: by the end of the context, or
// because it scanned too much.
type QueryStopped struct {
	QueryState
	TooMuch bool
	Err     error // why the query may go on, nil where Athena has taken the order to stop it
}

func (e *QueryStopped) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("the query %s could not be stopped (%v)", e.ID, e.Err)
	}
	return fmt.Sprintf("the query %s was stopped", e.ID)
}

// Unwrap returns why the query could not be stopped.
func (e *QueryStopped) Unwrap() error { return e.Err }

// Times between two looks at a query.
const (
	firstLook  = 200 * time.Millisecond
	longestGap = 2 * time.Second
	stopTime   = 10 * time.Second // for the answer with the id of a query, and for the order to stop it, when the run was interrupted
)

// Query runs a query and gives each row of its result to Row. If the context ends while
// the query runs, or the query has scanned more than it may, it is stopped. Its errors
// are *SetupError, *QueryStopped, an error of Row, and the end of ctx before the query
// was started. While it is being started, ctx ends nothing: its id is needed to stop it.
func (c *Client) Query(ctx context.Context, q *Query) (QueryState, error) {
	if !strings.HasPrefix(q.Statement, "SELECT\n") || strings.Contains(q.Statement, ";") {
		return QueryState{}, errors.New("only one SELECT is ever started in Athena")
	}
	if err := c.checkWorkgroup(ctx, q); err != nil {
		return QueryState{}, interrupted(ctx, err)
	}
	id, err := c.startQuery(ctx, q)
	if err != nil {
		return QueryState{}, interrupted(ctx, err)
	}
	s := QueryState{ID: id, State: "QUEUED"}
	q.Progress(s)
	if err := c.await(ctx, q, &s); err != nil {
		return s, err
	}
	err = c.results(ctx, q, &s)
	return s, err
}

// checkWorkgroup finds out whether the result has a place, before a query is started.
// Without the permission to look, Athena says it.
func (c *Client) checkWorkgroup(ctx context.Context, q *Query) error {
	var out struct {
		WorkGroup struct {
			Name, State   string
			Configuration struct {
				EnforceWorkGroupConfiguration    bool
				ResultConfiguration              struct{ OutputLocation string }
				ManagedQueryResultsConfiguration struct{ Enabled bool }
			}
		}
	}
	name := q.workgroup()
	err := c.athena(ctx, "GetWorkGroup", map[string]any{"WorkGroup": name}, &out)
	var setup *SetupError
	if errors.As(err, &setup) && setup.Hint == athenaHint {
		c.opts.Debug("the workgroup " + name + " could not be looked at: " + setup.Message)
		return nil
	}
	if err != nil {
		return err
	}
	w := &out.WorkGroup.Configuration
	own := w.ResultConfiguration.OutputLocation
	switch {
	case out.WorkGroup.State == "DISABLED":
		return &SetupError{Message: fmt.Sprintf("the Athena workgroup %s is disabled", name), Hint: "choose another one: --workgroup"}
	case w.ManagedQueryResultsConfiguration.Enabled && q.OutputLocation != "":
		return &SetupError{Message: fmt.Sprintf("the Athena workgroup %s keeps its results itself, so --output-location has no effect", name), Hint: "drop --output-location"}
	case w.EnforceWorkGroupConfiguration && own != "" && q.OutputLocation != "":
		return &SetupError{Message: fmt.Sprintf("the Athena workgroup %s writes all results to %s, so --output-location has no effect", name, words.Cut(own, mostText)), Hint: "drop --output-location, or choose another --workgroup"}
	case own == "" && q.OutputLocation == "" && !w.ManagedQueryResultsConfiguration.Enabled:
		return &SetupError{Message: fmt.Sprintf("the Athena workgroup %s has no place for query results", name), Hint: "name a folder in S3 that Athena may write to: --output-location s3://BUCKET/PREFIX/"}
	}
	return nil
}

func (q *Query) workgroup() string {
	if q.Workgroup == "" {
		return "primary"
	}
	return q.Workgroup
}

func (c *Client) startQuery(ctx context.Context, q *Query) (string, error) {
	token := make([]byte, 32) // a call that is tried again starts no second query
	_, _ = rand.Read(token)
	values := map[string]any{
		"QueryString": q.Statement, "ClientRequestToken": hex.EncodeToString(token), "WorkGroup": q.workgroup(),
		"QueryExecutionContext": map[string]string{"Catalog": athenaCatalog, "Database": q.Database},
	}
	if q.OutputLocation != "" {
		values["ResultConfiguration"] = map[string]string{"OutputLocation": q.OutputLocation}
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	// Without the answer the query could not be stopped, and would be paid for.
	starting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(stopTime, cancel) })()
	var out struct{ QueryExecutionID string } // encoding/json takes QueryExecutionId for it
	if err := c.athena(starting, "StartQueryExecution", values, &out); err != nil {
		return "", err
	}
	return words.Cut(out.QueryExecutionID, mostText), nil
}

// await looks at a query until it has ended.
func (c *Client) await(ctx context.Context, q *Query, s *QueryState) error {
	for wait := firstLook; ; wait = min(wait*3/2, longestGap) {
		reason, err := c.look(ctx, s)
		if err != nil {
			return c.stop(ctx, s, false, err)
		}
		q.Progress(*s)
		switch s.State {
		case "SUCCEEDED":
			return nil
		case "FAILED", "CANCELLED":
			return queryFailed(s, reason)
		case "QUEUED", "RUNNING":
		default:
			return c.stop(ctx, s, false, &SetupError{Message: fmt.Sprintf("Athena gave the query %s the state %q, which sgaudit does not know", s.ID, words.Cut(s.State, mostName))})
		}
		if q.MaxScan > 0 && s.Scanned > q.MaxScan {
			return c.stop(ctx, s, true, nil)
		}
		select {
		case <-time.After(min(wait, c.opts.RetryDelay)):
		case <-ctx.Done():
		}
	}
}

// look asks for the state of a query, and for its reason.
func (c *Client) look(ctx context.Context, s *QueryState) (reason string, err error) {
	var out struct {
		QueryExecution struct {
			Status     struct{ State, StateChangeReason string }
			Statistics struct{ DataScannedInBytes int64 }
		}
	}
	if err := c.athena(ctx, "GetQueryExecution", map[string]any{"QueryExecutionId": s.ID}, &out); err != nil {
		return "", err
	}
	x := &out.QueryExecution
	s.State, s.Scanned = x.Status.State, max(s.Scanned, x.Statistics.DataScannedInBytes)
	return firstLine(x.Status.StateChangeReason), nil
}

// stop stops a query that goes on, and returns why: the end of the context, the limit
// of what it may scan, or an error.
func (c *Client) stop(ctx context.Context, s *QueryState, tooMuch bool, because error) error {
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	err := c.athena(stopping, "StopQueryExecution", map[string]any{"QueryExecutionId": s.ID}, &struct{}{})
	if tooMuch || ctx.Err() != nil {
		return &QueryStopped{QueryState: *s, TooMuch: tooMuch, Err: err}
	}
	var setup *SetupError
	if errors.As(because, &setup) {
		end := fmt.Sprintf("the query %s was stopped", s.ID)
		if err != nil {
			end = fmt.Sprintf("the query %s may go on: stop it with aws athena stop-query-execution --query-execution-id %s", s.ID, s.ID)
		}
		return &SetupError{Message: setup.Message + "; " + end, Hint: setup.Hint, Err: because}
	}
	return because
}

// queryFailed says why a query has no result.
func queryFailed(s *QueryState, reason string) error {
	e := &SetupError{Message: fmt.Sprintf("Athena could not run the query %s: %s", s.ID, reason)}
	if s.State == "CANCELLED" {
		e.Message = fmt.Sprintf("the query %s was cancelled: %s", s.ID, reason)
		e.Hint = "somebody stopped it, or it scanned more than the workgroup allows for one query"
		return e
	}
	has := func(texts ...string) bool {
		return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(reason, t) })
	}
	switch {
	case has("Access Denied", "AccessDenied", "not authorized", "Insufficient permissions"):
		e.Hint = athenaHint
	case has("exhausted resources", "EXCEEDED"):
		e.Hint = "choose a shorter window (--since, --until), and add up the summaries of several (--save-summary, --summary)"
	case has("HIVE_", "COLUMN_NOT_FOUND", "TABLE_NOT_FOUND", "TYPE_MISMATCH"):
		e.Hint = "the table does not match the files: `sgaudit usage --ddl` prints the statement that creates one"
	}
	return e
}
