package cli

import (
	"encoding/json"
	"fmt"

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
		},
		Action: func(c *urfave.Context) error {
			depth, err := parseDepth(c.String("depth"))
			if err != nil {
				return err
			}
			text, err := policy(awsclient.Actions(depth))
			if err != nil {
				return err
			}
			return p.console.Print(text)
		},
	}
}

// policy returns an IAM policy that allows the actions.
func policy(actions []string) (string, error) {
	type statement struct {
		Sid      string
		Effect   string
		Action   []string
		Resource string
	}
	document := struct {
		Version   string
		Statement []statement
	}{"2012-10-17", []statement{{"SgauditReads", "Allow", actions, "*"}}}
	text, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return "", fmt.Errorf("writing the policy: %w", err)
	}
	return string(text) + "\n", nil
}
