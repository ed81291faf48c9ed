package planned

import (
	"regexp"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// changing finds a command of the AWS CLI that may change security groups or the network.
var changing = regexp.MustCompile(`(?s)\b(ec2|security-group)\b.*\b(authorize|revoke|modify|create|delete|associate|disassociate|attach|detach|replace|assign|unassign|allocate|update|run|set)-` +
	`|\b(authorize|revoke|modify|create|delete|update|set)-.*\bsecurity-group`)

// provisioned says of a resource with provisioners why it is not known what they change, and
// is empty of any other. Terraform runs them when it creates the resource or deletes it. The
// plan has the text of their commands where nothing in it is a reference.
func (t *terraform) provisioned(c *tfjson.ResourceChange) string {
	_, config := t.configOf(c)
	if config == nil || c.Change.Actions.Update() {
		return ""
	}
	for _, p := range config.Provisioners {
		if p == nil {
			continue
		}
		for _, e := range p.Expressions {
			if mayChange(e) {
				return "it runs a command (provisioner " + p.Type + "): what the command changes in AWS is not in the plan"
			}
		}
	}
	return ""
}

// mayChange reports whether an expression of a provisioner changes groups or the network as
// a text of the AWS CLI does, or has the id of a group or of an interface in it.
func mayChange(e *tfjson.Expression) bool {
	if e == nil || e.ExpressionData == nil {
		return false
	}
	if list, is := e.ConstantValue.([]any); is { // of remote-exec
		return slices.ContainsFunc(list, func(item any) bool {
			text, _ := item.(string)
			return changing.MatchString(text)
		})
	}
	text, _ := e.ConstantValue.(string)
	return changing.MatchString(text) || slices.ContainsFunc(e.References, func(ref string) bool {
		return strings.Contains(ref, "security_group") || strings.Contains(ref, "network_interface")
	})
}
