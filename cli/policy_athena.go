package cli

import (
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/flows/athena"
)

// athenaPolicyFlags are those of the policy for sgaudit usage --athena.
func athenaPolicyFlags() []urfave.Flag {
	return []urfave.Flag{
		&urfave.StringFlag{Name: "athena", Usage: "for sgaudit usage --athena too: read the table `DATABASE.TABLE` with one SELECT, of which Athena writes the result into S3"},
		&urfave.StringFlag{Name: "output-location", Usage: "with --athena: Athena writes the result into this folder `s3://BUCKET/PREFIX/` (default: a placeholder)"},
	}
}

// Placeholders for folders that are not named. No bucket has capital letters.
const (
	anyLogs    = "s3://FLOW-LOGS-BUCKET/"
	anyResults = "s3://RESULTS-BUCKET/"
)

// athenaStatements let credentials run one SELECT in Athena, which calls AWS Glue and
// Amazon S3 with the same credentials (Amazon Athena user guide, Identity and access
// management). The paths are those of the flow logs.
func athenaStatements(c *urfave.Context, paths []string) ([]statement, error) {
	if err := notEmpty(c, "athena", "output-location"); err != nil {
		return nil, err
	}
	if !c.IsSet("athena") {
		if c.IsSet("output-location") {
			return nil, console.Usage("", "--output-location has an effect with --athena alone")
		}
		return nil, nil
	}
	database, table, err := athena.ParseTable(c.String("athena"))
	if err != nil {
		return nil, console.Usage("", "--athena: %v", err)
	}
	results := anyResults
	if c.IsSet("output-location") {
		if results, err = athena.ParseFolder(c.String("output-location")); err != nil {
			return nil, console.Usage("", "--output-location: %v", err)
		}
	}
	var logs []statement // --flow-logs has them, where it is given
	if len(paths) == 0 {
		paths = []string{anyLogs}
		bucket := "arn:*:s3:::" + strings.Trim(strings.TrimPrefix(anyLogs, "s3://"), "/")
		logs = []statement{{Sid: "AthenaReadsFlowLogs", Effect: "Allow", Action: []string{"s3:GetObject", "s3:ListBucket"}, Resource: []string{bucket, bucket + "/*"}}}
	}
	const catalog = "arn:*:glue:*:*:"
	bucket, prefix := flows.CutS3(results)
	written := "arn:*:s3:::" + bucket
	buckets := []string{written}
	for _, path := range paths {
		of, _ := flows.CutS3(path)
		buckets = append(buckets, "arn:*:s3:::"+of)
	}
	return append([]statement{
		{Sid: "SgauditRunsOneSelect", Effect: "Allow", Action: awsclient.AthenaActions, Resource: []string{"arn:*:athena:*:*:datacatalog/AwsDataCatalog", "arn:*:athena:*:*:workgroup/*"}},
		{Sid: "AthenaReadsTheTable", Effect: "Allow", Action: []string{"glue:GetDatabase", "glue:GetPartitions", "glue:GetTable"}, Resource: []string{catalog + "catalog", catalog + "database/" + database, catalog + "table/" + database + "/" + table}},
		{Sid: "AthenaFindsBuckets", Effect: "Allow", Action: []string{"s3:GetBucketLocation"}, Resource: resources(buckets)},
		{
			Sid: "AthenaWritesTheResult", Effect: "Allow", Action: []string{"s3:AbortMultipartUpload", "s3:GetObject", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListMultipartUploadParts", "s3:PutObject"},
			Resource: []string{written, written + "/" + prefix + "*"},
		},
	}, logs...), nil
}
