package awsclient

import (
	"context"
	"errors"
	"fmt"

	"github.com/sgaudit/sgaudit/words"
)

// resultPage is the most rows that one call returns (Amazon Athena API reference,
// GetQueryResults).
const resultPage = 1000

// mostEmptyPages is how many pages without a row may follow each other before a result
// is taken for one without end.
const mostEmptyPages = 100

// resultsPage is what GetQueryResults answers.
type resultsPage struct {
	NextToken string
	ResultSet struct {
		Rows []resultRow
	}
}

type resultRow struct {
	Data []struct {
		VarCharValue *string
	}
}

// results reads the result of a query, page by page.
func (c *Client) results(ctx context.Context, q *Query, s *QueryState) error {
	wrong := func(why error) error {
		return &SetupError{Message: fmt.Sprintf("the result of the query %s is not what was asked for: %v", s.ID, why), Hint: "check --endpoint-url if it is given"}
	}
	values := map[string]any{"QueryExecutionId": s.ID, "MaxResults": resultPage}
	seen := map[string]bool{}
	empty := 0
	for first := true; ; first = false {
		var page resultsPage
		if err := c.athena(ctx, "GetQueryResults", values, &page); err != nil {
			return interrupted(ctx, err)
		}
		rows := page.ResultSet.Rows
		if first {
			if err := q.checkNames(rows); err != nil {
				return wrong(err)
			}
			rows = rows[1:]
		}
		for i := range rows {
			s.Rows++
			if err := q.take(&rows[i], s.Rows); err != nil {
				return wrong(err)
			}
		}
		q.Progress(*s)
		if page.NextToken == "" {
			return nil
		}
		if empty++; len(rows) > 0 {
			empty = 0
		}
		if empty > mostEmptyPages {
			return wrong(fmt.Errorf("after row %d, %d pages without rows follow each other, each with a token for one more", s.Rows, empty))
		}
		if seen[page.NextToken] {
			return wrong(errRepeatedToken)
		}
		seen[page.NextToken] = true
		values["NextToken"] = page.NextToken
	}
}

// checkNames compares the first row of a result, which has the names of the columns,
// with the columns of the query.
func (q *Query) checkNames(rows []resultRow) error {
	if len(rows) == 0 {
		return errors.New("it has no row with the names of its columns")
	}
	names := rows[0].Data
	if len(names) != len(q.Columns) {
		return fmt.Errorf("it has %d columns and not %d", len(names), len(q.Columns))
	}
	for k, want := range q.Columns {
		if got := names[k].VarCharValue; got == nil || *got != want {
			return fmt.Errorf("its column %d is %s and not %s", k+1, named(got), want)
		}
	}
	return nil
}

// take hands a row over; at is its place, from 1.
func (q *Query) take(row *resultRow, at int) error {
	if len(row.Data) != len(q.Columns) {
		return fmt.Errorf("row %d has %d columns and not %d", at, len(row.Data), len(q.Columns))
	}
	cells := make([]*string, len(q.Columns))
	for k := range row.Data {
		cells[k] = row.Data[k].VarCharValue
	}
	return q.Row(cells)
}

func named(text *string) string {
	if text == nil {
		return "NULL"
	}
	return fmt.Sprintf("%q", words.Cut(*text, mostName))
}
