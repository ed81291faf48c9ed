package planned

import (
	"encoding/json"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// cloudControl says of a resource of Terraform that another way than the resources of the AWS
// provider changes in AWS why it is not applied, and is empty of any other: resources of the
// provider awscc, and aws_cloudcontrolapi_resource, which have the types and properties of
// CloudFormation (AWS Cloud Control API, user guide). Of types that neither have groups nor
// open anything, it is empty too.
func cloudControl(c *tfjson.ResourceChange) string {
	var kind string
	sides := []any{c.Change.Before, c.Change.After}
	switch {
	case strings.HasPrefix(c.Type, "awscc_"):
		kind = strings.TrimPrefix(c.Type, "awscc_")
	case c.Type == "aws_cloudcontrolapi_resource":
		for i, side := range sides {
			all, _ := side.(map[string]any)
			if name, _ := all["type_name"].(string); name != "" {
				kind = name
			}
			var properties map[string]any
			text, _ := all["desired_state"].(string)
			if text == "" {
				text, _ = all["properties"].(string)
			}
			if json.Unmarshal([]byte(text), &properties) == nil {
				sides[i] = properties
			}
		}
		if unknown, _ := c.Change.AfterUnknown.(map[string]any); holdsTrue(unknown["desired_state"]) || holdsTrue(unknown["type_name"]) {
			return notApplied
		}
	default:
		return ""
	}
	for _, side := range sides {
		if all, _ := side.(map[string]any); len(groupKeys("", all, "")) > 0 {
			return notApplied
		}
	}
	if !concerns(kind) {
		return ""
	}
	return notApplied
}

const notApplied = "sgaudit does not apply resources of the Cloud Control API: what becomes reachable is not known"

// concerns reports whether a type of CloudFormation, under its own name or that of awscc, is
// one that is applied, has interfaces, or may open something.
func concerns(kind string) bool {
	is := func(other string) bool { return strings.HasPrefix(other, "AWS::") && typeName(other) == typeName(kind) }
	for other := range translations {
		if is(other) {
			return true
		}
	}
	for other := range kinds {
		if is(other) {
			return true
		}
	}
	for other := range defaulted {
		if is(other) {
			return true
		}
	}
	for other := range openers {
		if is(other) {
			return true
		}
	}
	for _, other := range laterTypes {
		if is(other) {
			return true
		}
	}
	for i := range holders {
		for _, other := range holders[i].types {
			if is(other) {
				return true
			}
		}
	}
	return typeName(kind) == typeName("AWS::EC2::SecurityGroup")
}

// typeName is the name of a type in the form that CloudFormation and awscc share.
func typeName(kind string) string {
	return plain(strings.ReplaceAll(strings.TrimPrefix(kind, "AWS::"), "::", ""))
}
