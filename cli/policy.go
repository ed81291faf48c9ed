package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/inventory"
)

func (p *program) policyVerb() *urfave.Command {
	return &urfave.Command{
		Name:        "policy",
		Usage:       "print the minimal IAM policy for an audit",
		Description: "All actions are read-only. AWS does not support resource-level permissions for them, so the resource is *.",
		Flags: []urfave.Flag{
			choice(&urfave.StringFlag{Name: "depth", Value: string(inventory.DepthNetwork), Usage: "for an audit of this `DEPTH`: groups, network, services"}, "depth", depthWords()...),
			&urfave.StringFlag{Name: "role-name", Usage: "for the credentials of an audit with --org: list the accounts of the organization too, and assume the role of this `NAME` in each"},
		},
		Action: func(c *urfave.Context) error {
			depth, err := parseDepth(c.String("depth"))
			if err != nil {
				return err
			}
			if err := notEmpty(c, "role-name"); err != nil {
				return err
			}
			statements := []statement{{Sid: "SgauditReads", Effect: "Allow", Action: awsclient.Actions(depth), Resource: "*"}}
			if role := c.String("role-name"); role != "" {
				if err := checkRoleName(role); err != nil {
					return err
				}
				statements = append(statements, hubStatements(role)...)
			}
			text, err := policy(statements)
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
	Resource  string
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
