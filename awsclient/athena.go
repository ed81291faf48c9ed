package awsclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// AthenaActions are the IAM actions of Athena that Query and AthenaTable need. Athena
// calls AWS Glue and Amazon S3 with the same credentials.
var AthenaActions = []string{
	"athena:GetQueryExecution", "athena:GetQueryResults", "athena:GetTableMetadata", "athena:GetWorkGroup", "athena:StartQueryExecution", "athena:StopQueryExecution",
}

// athenaAPI is how Athena is asked (Amazon Athena API reference).
var athenaAPI = inventory.ServiceAPI{Host: "athena", ID: "Athena", Form: inventory.FormJSON11, Version: "AmazonAthena"}

// athenaMembers are what the answers to Athena's calls have always.
var athenaMembers = map[string]string{
	"GetTableMetadata": "TableMetadata", "GetWorkGroup": "WorkGroup", "StartQueryExecution": "QueryExecutionId",
	"GetQueryExecution": "QueryExecution", "GetQueryResults": "ResultSet", "StopQueryExecution": noMember,
}

// athena calls Athena once, in the region that is configured, and reads the answer
// into out. Its errors say which action failed, and why.
func (c *Client) athena(ctx context.Context, action string, values map[string]any, out any) error {
	ctx, cancel := context.WithTimeout(ctx, c.opts.callTimeout)
	defer cancel()
	request := &signedCall{api: &athenaAPI, call: &inventory.ServiceCall{Action: action}, signing: "athena", values: values}
	all, err := request.invoke(ctx, c.regionConfig(c.home, maxAttempts))
	if err == nil {
		v, _ := all.(jsonValue)
		var text []byte
		if text, err = json.Marshal(v.value); err == nil {
			err = json.Unmarshal(text, out)
		}
	}
	if err == nil {
		return nil
	}
	return c.athenaError(action, err)
}

// refusedAction is the action in a message about missing permissions: "User … is not
// authorized to perform: glue:GetTable on resource: …".
var refusedAction = words.Form(`not authorized to perform: ([a-z0-9-]{1,40}:[A-Za-z]{1,60})`)

const athenaHint = "`sgaudit policy --athena DATABASE.TABLE` prints the permissions"

func (c *Client) athenaError(action string, err error) error {
	operation := "athena:" + action
	var api smithy.APIError
	if errors.As(err, &api) {
		if m := refusedAction().FindStringSubmatch(api.ErrorMessage()); m != nil {
			operation = m[1]
		}
	}
	g := gap(0, operation, err)
	text := g.Message
	if api != nil && slices.Contains([]string{"InvalidRequestException", "MetadataException", "ResourceNotFoundException"}, api.ErrorCode()) {
		text += ": " + firstLine(api.ErrorMessage())
	}
	setup := &SetupError{Message: fmt.Sprintf("athena:%s in %s: %s", action, c.home, text), Err: err}
	switch {
	case g.Kind == inventory.Denied || g.Kind == inventory.DeniedByPolicy:
		setup.Hint = athenaHint
	case action == "GetTableMetadata" && api != nil:
		setup.Hint = "check the name of the table, and that AWS_REGION is the Region of Athena; `sgaudit usage --ddl` prints the statement that creates a table"
	}
	return setup
}

// AthenaTable is what the data catalog says about a table.
type AthenaTable struct {
	Columns    []string
	Partitions []AthenaPartition
	View       bool
	Text       bool // its files are text
}

// AthenaPartition is a column by which the folders of a table are divided.
type AthenaPartition struct {
	Name, Type string
	Format     string // of dates, by partition projection; empty where the table does not say it
}

// isText reports whether the parameters of a table say that its files are text: it has
// their input format, or a header to skip (Amazon Athena user guide, Create a table for
// Amazon VPC flow logs and query it).
func isText(parameters map[string]string) bool {
	_, header := parameters["skip.header.line.count"]
	return header || strings.HasSuffix(parameters["inputformat"], ".TextInputFormat")
}

// mostColumns bounds the columns of a table: there are fewer than 64 fields of flow logs.
const mostColumns = 1000

// AthenaTable asks for the columns of a table in the catalog AwsDataCatalog. Its errors
// are *SetupError, but for the end of ctx.
func (c *Client) AthenaTable(ctx context.Context, database, table, workgroup string) (*AthenaTable, error) {
	type column struct{ Name, Type string }
	var out struct {
		TableMetadata struct {
			Name, TableType        string
			Columns, PartitionKeys []column
			Parameters             map[string]string
		}
	}
	values := map[string]any{"CatalogName": athenaCatalog, "DatabaseName": database, "TableName": table}
	if workgroup != "" {
		values["WorkGroup"] = workgroup
	}
	if err := c.athena(ctx, "GetTableMetadata", values, &out); err != nil {
		return nil, interrupted(ctx, err)
	}
	m := &out.TableMetadata
	if len(m.Columns) == 0 || len(m.Columns)+len(m.PartitionKeys) > mostColumns {
		return nil, &SetupError{Message: fmt.Sprintf("athena:GetTableMetadata in %s: the answer has %d columns for the table %s.%s", c.home, len(m.Columns)+len(m.PartitionKeys), database, table)}
	}
	t := &AthenaTable{View: m.TableType == "VIRTUAL_VIEW", Text: isText(m.Parameters)}
	for _, x := range m.Columns {
		t.Columns = append(t.Columns, strings.ToLower(words.Cut(x.Name, mostText)))
	}
	for _, x := range m.PartitionKeys {
		name := strings.ToLower(words.Cut(x.Name, mostText))
		t.Partitions = append(t.Partitions, AthenaPartition{Name: name, Type: strings.ToLower(words.Cut(x.Type, mostText)), Format: m.Parameters["projection."+name+".format"]})
	}
	return t, nil
}

const athenaCatalog = "AwsDataCatalog"

// interrupted is an error, or that the context ended.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("asking Athena: %w", ctx.Err())
	}
	return err
}
