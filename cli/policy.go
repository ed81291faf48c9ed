package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

func (p *program) policyVerb() *urfave.Command {
	return &urfave.Command{
		Name:  "policy",
		Usage: "print the minimal IAM policy for an audit",
		Description: "All actions are read-only. AWS does not support resource-level permissions for them, so the resource is *. " +
			"With --athena there are more: Athena writes the result of the query into S3. An encrypted bucket for results needs kms:GenerateDataKey, and AWS Lake Formation needs lakeformation:GetDataAccess.",
		Flags: append([]urfave.Flag{
			choice(&urfave.StringFlag{Name: "depth", Value: string(inventory.DepthNetwork), Usage: "for an audit of this `DEPTH`: groups, network, services"}, "depth", depthWords()...),
			aggregatorFlag(),
			&urfave.StringFlag{Name: "role-name", Usage: "for the credentials of an audit with --org: list the accounts of the organization too, and assume the role of this `NAME` in each"},
			&urfave.StringSliceFlag{Name: "flow-logs", Usage: "for sgaudit usage with the flow logs at this `PATH` of Amazon S3 too: s3://BUCKET/PREFIX; repeatable"},
		}, athenaPolicyFlags()...),
		Action: func(c *urfave.Context) error {
			depth, err := parseDepth(c.String("depth"))
			if err != nil {
				return err
			}
			if err := console.Combine(notEmpty(c, "role-name"), checkAggregator(c, depth)); err != nil {
				return err
			}
			statements := []statement{{Sid: "SgauditReads", Effect: "Allow", Action: awsclient.Actions(depth), Resource: "*"}}
			if c.String("config-aggregator") != "" {
				statements = append(statements, statement{Sid: "SgauditAsksTheAggregator", Effect: "Allow", Action: awsclient.AggregatorActions, Resource: "*"})
			}
			if role := c.String("role-name"); role != "" {
				if err := checkRoleName(role); err != nil {
					return err
				}
				statements = append(statements, hubStatements(role)...)
			}
			buckets, err := bucketStatements(c.StringSlice("flow-logs"))
			if err != nil {
				return err
			}
			queries, err := athenaStatements(c, c.StringSlice("flow-logs"))
			if err != nil {
				return err
			}
			text, err := policy(append(append(statements, buckets...), queries...))
			if err != nil {
				return err
			}
			return p.console.Print(text)
		},
	}
}

// statement is one of an IAM policy.
type statement struct {
	Sid       string
	Effect    string
	Action    []string
	Resource  any                          // a text, or a list of texts
	Condition map[string]map[string]string `json:",omitempty"`
}

// hubStatements let credentials list the accounts of their organization and assume
// a role in each. The condition keeps to accounts of the same organization (AWS
// Organizations: aws:ResourceOrgID and aws:PrincipalOrgID).
func hubStatements(role string) []statement {
	return []statement{
		{Sid: "SgauditListsAccounts", Effect: "Allow", Action: awsclient.OrganizationActions, Resource: "*"},
		{
			Sid: "SgauditAssumesRoles", Effect: "Allow", Action: []string{"sts:AssumeRole"}, Resource: "arn:*:iam::*:role/" + strings.TrimPrefix(role, "/"),
			Condition: map[string]map[string]string{"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}},
		},
	}
}

// bucketStatements let credentials read flow logs in buckets: list what is under a prefix,
// read its objects, and decrypt them where they are encrypted with a key of AWS KMS, which
// S3 asks for (AWS KMS: kms:ViaService).
func bucketStatements(paths []string) (list []statement, err error) {
	if len(paths) == 0 {
		return nil, nil
	}
	if err := checkBuckets(paths); err != nil {
		return nil, err
	}
	var buckets, objects []string
	for _, path := range paths {
		if !flows.IsS3(path) {
			return nil, console.Usage("files need no permission", "--flow-logs %s is not a path of Amazon S3", words.Plain(path))
		}
		bucket, prefix := flows.CutS3(path)
		buckets, objects = append(buckets, "arn:*:s3:::"+bucket), append(objects, "arn:*:s3:::"+bucket+"/"+prefix+"*")
	}
	return []statement{
		{Sid: "SgauditListsFlowLogs", Effect: "Allow", Action: awsclient.ObjectActions[:1], Resource: resources(buckets)},
		{Sid: "SgauditReadsFlowLogs", Effect: "Allow", Action: awsclient.ObjectActions[1:2], Resource: resources(objects)},
		{
			Sid: "SgauditDecryptsFlowLogs", Effect: "Allow", Action: awsclient.ObjectActions[2:], Resource: "*",
			Condition: map[string]map[string]string{"StringLike": {"kms:ViaService": "s3.*.amazonaws.com*"}},
		},
	}, nil
}

// resources is one resource, or a list of several.
func resources(list []string) any {
	slices.Sort(list)
	if list = slices.Compact(list); len(list) == 1 {
		return list[0]
	}
	return list
}

// policy returns an IAM policy of the statements.
func policy(statements []statement) (string, error) {
	document := struct {
		Version   string
		Statement []statement
	}{"2012-10-17", statements}
	text, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return "", fmt.Errorf("writing the policy: %w", err)
	}
	return string(text) + "\n", nil
}
