package awsclient

import (
	"context"
	"fmt"

	"github.com/sgaudit/sgaudit/words"
)

// resultPage is the most rows that one call returns (Amazon Athena API reference,
// GetQueryResults).
const resultPage = 1000

// results reads the result of a query. Its first row has the names of the columns.
func (c *Client) results(ctx context.Context, q *Query, s *QueryState) error {
	wrong := func(format string, args ...any) error {
		return &SetupError{Message: fmt.Sprintf("the result of the query %s is not what was asked for: %s", s.ID, fmt.Sprintf(format, args...)), Hint: "check --endpoint-url if it is given"}
	}
	values := map[string]any{"QueryExecutionId": s.ID, "MaxResults": resultPage}
	seen := map[string]bool{}
	for first := true; ; first = false {
		var page struct {
			NextToken string
			ResultSet struct {
				Rows []struct {
					Data []struct {
						VarCharValue *string
					}
				}
			}
		}
		if err := c.athena(ctx, "GetQueryResults", values, &page); err != nil {
			return interrupted(ctx, err)
		}
		rows := page.ResultSet.Rows
		if first && len(rows) == 0 {
			return wrong("it has no row with the names of its columns")
		}
		cells := make([]*string, len(q.Columns))
		for i := range rows {
			data := rows[i].Data
			if len(data) != len(q.Columns) {
				return wrong("row %d has %d columns and not %d", s.Rows+i, len(data), len(q.Columns))
			}
			for k := range data {
				cells[k] = data[k].VarCharValue
				if first && i == 0 && (cells[k] == nil || *cells[k] != q.Columns[k]) {
					return wrong("its column %d is %s and not %s", k+1, named(cells[k]), q.Columns[k])
				}
			}
			if first && i == 0 {
				continue
			}
			s.Rows++
			if err := q.Row(cells); err != nil {
				return wrong("%v", err)
			}
		}
		q.Progress(*s)
		if page.NextToken == "" {
			return nil
		}
		if seen[page.NextToken] {
			return wrong("%v", errRepeatedToken)
		}
		seen[page.NextToken] = true
		values["NextToken"] = page.NextToken
	}
}

func named(text *string) string {
	if text == nil {
		return "NULL"
	}
	return fmt.Sprintf("%q", words.Cut(*text, mostName))
}
