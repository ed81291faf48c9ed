package planned

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// knownAfterApply is what CloudFormation writes in the place of a value that is known
// once the change set was executed (CloudFormation user guide, change sets).
const knownAfterApply = "{{changeSet:KNOWN_AFTER_APPLY}}"

// changeSet is the answer to DescribeChangeSet with IncludePropertyValues, as the AWS
// CLI prints it.
type changeSet struct {
	ChangeSetName string `json:"ChangeSetName"`
	StackID       string `json:"StackId"`
	NextToken     string `json:"NextToken"`

	Status          string `json:"Status"`
	StatusReason    string `json:"StatusReason"`
	ExecutionStatus string `json:"ExecutionStatus"`
	Changes         []struct {
		Type           string          `json:"Type"`
		ResourceChange *resourceChange `json:"ResourceChange"`
	} `json:"Changes"`
}

type resourceChange struct {
	Action        string `json:"Action"` // Add, Modify, Remove, Import, Dynamic or SyncWithActual
	LogicalID     string `json:"LogicalResourceId"`
	PhysicalID    string `json:"PhysicalResourceId"`
	Type          string `json:"ResourceType"`
	Replacement   string `json:"Replacement"` // True, False or Conditional
	PolicyAction  string `json:"PolicyAction"`
	ChangeSetID   string `json:"ChangeSetId"`   // of a nested stack
	BeforeContext string `json:"BeforeContext"` // JSON: {"Properties": {...}}
	AfterContext  string `json:"AfterContext"`
}

// ChangeSet reads what aws cloudformation describe-change-set --include-property-values
// prints.
func ChangeSet(text []byte) (*Plan, error) {
	set := &changeSet{}
	if err := json.Unmarshal(text, set); err != nil {
		return nil, fmt.Errorf("not a change set as the AWS CLI prints it: %w", err)
	}
	region, account, err := set.stack()
	switch {
	case err != nil:
		return nil, err
	case set.NextToken != "":
		return nil, errors.New("only a part of the change set: let the AWS CLI read all of it, without --no-paginate and --max-items")
	}
	p := &Plan{Format: "Change set", Account: account}
	if empty, err := set.ready(); err != nil {
		return nil, err
	} else if empty {
		p.Remarks = append(p.Remarks, "The change set contains no changes: CloudFormation says that the template is the same as that of the stack.")
		return p, nil
	}
	seen, described := map[string]bool{}, set.hasValues()
	for i, c := range set.Changes {
		r := c.ResourceChange
		if r == nil {
			continue
		}
		if r.LogicalID == "" || len(r.LogicalID) > 255 || strings.ContainsFunc(r.LogicalID, func(c rune) bool { return c < ' ' || c == 0x7f }) {
			return nil, fmt.Errorf("change %d: %q is not a logical id of a resource", i+1, r.LogicalID)
		}
		if seen[r.LogicalID] {
			return nil, fmt.Errorf("%s: the change set has two changes of it", r.LogicalID)
		}
		seen[r.LogicalID] = true
		if r.Type == nestedStack {
			p.Unknown = append(p.Unknown, r.nested())
		}
		if text := r.stays(); text != "" {
			p.Remarks = append(p.Remarks, text)
			continue
		}
		resource, err := r.resource(region, account)
		if err == nil && !described && r.Action != "Remove" && r.Type != nestedStack {
			err = errNoValues
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.LogicalID, err)
		}
		p.Resources = append(p.Resources, *resource)
	}
	return p, nil
}

// hasValues reports whether a change set was described with property values: then at least
// one of its changes has some.
func (set *changeSet) hasValues() bool {
	for _, c := range set.Changes {
		if r := c.ResourceChange; r != nil && r.BeforeContext+r.AfterContext != "" {
			return true
		}
	}
	return false
}

var errNoValues = errors.New("it has no property values: describe the change set with --include-property-values")

// ready reports whether the change set contains no changes. It fails unless CloudFormation
// has created the change set completely, and can still execute it (API reference of
// CloudFormation, DescribeChangeSet: Status and ExecutionStatus).
func (set *changeSet) ready() (empty bool, err error) {
	reason := ""
	if set.StatusReason != "" {
		reason = fmt.Sprintf(" (%.300q)", set.StatusReason)
	}
	switch {
	case set.Status == "FAILED" && (strings.Contains(set.StatusReason, "didn't contain changes") || strings.Contains(set.StatusReason, "No updates are to be performed")):
		return true, nil
	case set.Status == "FAILED":
		return false, fmt.Errorf("the status of the change set is FAILED%s: CloudFormation cannot execute it", reason)
	case set.Status == "":
		return false, errors.New("not a change set as the AWS CLI prints it: it has no Status")
	case set.Status != "CREATE_COMPLETE":
		return false, fmt.Errorf("the status of the change set is %.40q%s: describe it again when the status is CREATE_COMPLETE", set.Status, reason)
	case set.ExecutionStatus == "OBSOLETE" || strings.HasPrefix(set.ExecutionStatus, "EXECUTE_") && set.ExecutionStatus != "EXECUTE_FAILED":
		return false, fmt.Errorf("the execution status of the change set is %.40q: create a new change set", set.ExecutionStatus)
	}
	return false, nil
}

// stays says of a resource that stays as it is why it does, and is empty of any other
// (API reference of CloudFormation, ResourceChange: Action and PolicyAction).
func (c *resourceChange) stays() string {
	switch {
	case c.Action == "Remove" && c.PolicyAction == "Retain":
		return fmt.Sprintf("%s leaves the stack and stays as it is (PolicyAction is Retain).", c.named())
	case c.Action == "Import":
		return fmt.Sprintf("%s exists, joins the stack and stays as it is (Action is Import).", c.named())
	case c.Action == "SyncWithActual":
		return fmt.Sprintf("%s stays as it is: CloudFormation changes only what it has recorded of it (Action is SyncWithActual).", c.named())
	}
	return ""
}

// undecided says of a resource what CloudFormation decides only when it executes the
// change set, and is empty where nothing is left open.
func (c *resourceChange) undecided() string {
	const leftOut = "What a replacement changes, the id and the addresses of the resource, is left out"
	switch {
	case c.Action == "Dynamic":
		return "CloudFormation decides when it executes the change set whether it changes or replaces the resource (Action is Dynamic). " + leftOut
	case c.Replacement == "Conditional":
		return "CloudFormation decides when it executes the change set whether it replaces the resource (Replacement is Conditional). " + leftOut
	}
	return ""
}

// nestedStack is the type of a stack in a stack. Its resources are in a change set of its own.
const nestedStack = "AWS::CloudFormation::Stack"

func (c *resourceChange) nested() Note {
	text := "the changes of a nested stack are not in this change set: create it with --include-nested-stacks, then describe and simulate the change set of the nested stack too"
	if c.ChangeSetID != "" {
		text = fmt.Sprintf("the changes of a nested stack are in a change set of their own: describe and simulate %.300q too", c.ChangeSetID)
	}
	return Note{Address: c.LogicalID, Text: text}
}

// named is the logical id of a resource with its id in AWS.
func (c *resourceChange) named() string {
	if c.PhysicalID == "" {
		return c.LogicalID
	}
	return fmt.Sprintf("%s (%s)", c.LogicalID, c.PhysicalID)
}

// stack returns the region and the account of the stack, from its ARN.
func (set *changeSet) stack() (region, account string, err error) {
	parts := strings.SplitN(set.StackID, ":", 6)
	if len(parts) != 6 || parts[2] != "cloudformation" || !inventory.IsRegion(parts[3]) || !inventory.IsAccountID(parts[4]) {
		return "", "", errors.New("not a change set as the AWS CLI prints it: its StackId is not the ARN of a stack")
	}
	return parts[3], parts[4], nil
}

func (c *resourceChange) resource(region, account string) (*Resource, error) {
	r := &Resource{Address: c.LogicalID, Type: c.Type, Region: region, Account: account}
	translated := translations[c.Type]
	if translated == nil { // it keeps its type and its properties
		translated = &translation{name: ""}
	} else {
		r.Type = translated.name
	}
	var err error
	if r.Before, err = translated.side(c.BeforeContext, "BeforeContext"); err != nil {
		return nil, err
	}
	if r.After, err = translated.side(c.AfterContext, "AfterContext"); err != nil {
		return nil, err
	}
	switch c.Action {
	case "Add":
		r.Before = nil
	case "Remove":
		r.After = nil
	case "Modify", "Dynamic":
		r.Replaced, r.Undecided = c.Replacement == "True", c.undecided()
		r.CreatedFirst = r.Replaced                             // CloudFormation deletes what it replaced when all else is done
		if c.PolicyAction == "ReplaceAndRetain" && r.Replaced { // the old resource stays as it is
			r.Before, r.Replaced = nil, false
		}
	default:
		return nil, fmt.Errorf("sgaudit does not know the action %q", c.Action)
	}
	_, row := kinds[c.Type]
	_, byDefault := defaulted[c.Type]
	looked := row || byDefault || translated.name != "" || holderOf(c.Type) != nil || slices.Contains(laterTypes, c.Type)
	if !looked && r.Before == nil && r.After == nil {
		r.Before = map[string]any{} // without property values, it is counted
	}
	if looked && (c.Action != "Remove" && r.After == nil || c.Action == "Modify" && r.Before == nil && c.PolicyAction != "ReplaceAndRetain") {
		return nil, errNoValues
	}
	if c.Action == "Remove" && r.Before == nil {
		r.Before = map[string]any{}
	}
	if r.Before != nil {
		r.Before["id"], r.Before["arn"] = c.PhysicalID, c.PhysicalID
		if !strings.HasPrefix(c.PhysicalID, "arn:") {
			r.Before["arn"] = "arn:" + inventory.PartitionOf(region) + ":cloudformation:" + region + ":" + account + ":" + c.LogicalID
		}
	}
	return r, nil
}

// decoded returns the properties of one side of a change.
func decoded(text, name string) (map[string]any, error) {
	if text == "" {
		return nil, nil
	}
	var context struct {
		Properties map[string]any `json:"Properties"`
	}
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	if err := d.Decode(&context); err != nil {
		return nil, fmt.Errorf("%s is not the JSON that CloudFormation writes: %w", name, err)
	}
	if context.Properties == nil {
		context.Properties = map[string]any{}
	}
	return context.Properties, nil
}

// side returns one side of a change with the attributes of Terraform.
func (t *translation) side(text, name string) (map[string]any, error) {
	properties, err := decoded(text, name)
	if err != nil || properties == nil {
		return nil, err
	}
	if t.name == "" {
		return open(properties).(map[string]any), nil
	}
	all := map[string]any{}
	for property, attribute := range t.attributes {
		if value, ok := properties[property]; ok {
			all[attribute] = open(value)
		}
	}
	if t.finish != nil {
		t.finish(all, open(properties).(map[string]any))
	}
	return all, nil
}

// dynamicReference is how a reference to a parameter or a secret begins. CloudFormation puts
// the value in when it executes the change set (user guide, dynamic references).
const dynamicReference = "{{resolve:"

// noEcho is what CloudFormation writes in the place of the value of a parameter with NoEcho
// (CloudFormation user guide, parameters).
const noEcho = "****"

// open puts a later into the place of each value that is known after apply.
func open(value any) any {
	switch x := value.(type) {
	case string:
		if strings.Contains(x, knownAfterApply) {
			return later{open: true}
		}
		if strings.Contains(x, noEcho) {
			return later{open: true, lost: []string{noEcho + " (a parameter with NoEcho)"}}
		}
		if strings.Contains(x, dynamicReference) {
			if len(x) > 255 || !strings.HasPrefix(x, dynamicReference) || strings.Count(x, "}}") != 1 {
				return later{open: true}
			}
			return later{open: true, lost: []string{x}}
		}
	case []any:
		for i := range x {
			x[i] = open(x[i])
		}
	case map[string]any:
		for key := range x {
			x[key] = open(x[key])
		}
	}
	return value
}
