package change

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// Command returns the step as a command of the AWS CLI for a POSIX shell, on
// one line. It is empty where the step does not pass Check.
func (s *Step) Command() string { return s.shell("") }

// shell returns the command with other words before "aws".
func (s *Step) shell(before string) string {
	if s.Check() != nil {
		return ""
	}
	c := s.call()
	return c.shell(before)
}

// Chain joins the commands of steps so that each runs only if the one before
// it did not fail. It is empty where a step does not pass Check.
func Chain(steps []Step) string {
	var commands []string
	for i := range steps {
		command := steps[i].Command()
		if command == "" {
			return ""
		}
		commands = append(commands, command)
	}
	return strings.Join(commands, " && ")
}

// call puts the step into words. Texts of the outside stand in JSON values
// alone: the AWS CLI takes an argument that begins with file://, fileb:// or
// http:// for a file to send, and one that begins with a hyphen for an option
// (AWS CLI user guide, "Load a parameter from a file").
func (s *Step) call() *call {
	c := &call{}
	begin := func(operation string) {
		c.add(lit("aws"), lit("ec2"), lit(operation))
		if s.Region != "" {
			c.add(lit("--region"), lit(s.Region))
		}
	}
	switch s.Verb {
	case Create:
		begin("create-security-group")
		c.add(lit("--cli-input-json"), s.creation(), lit("--query"), lit("GroupId"), lit("--output"), lit("text"))
		c.sets = s.Group
	case Find:
		begin("describe-security-groups")
		c.add(lit("--cli-input-json"), s.filters(), lit("--query"), lit("SecurityGroups[0].GroupId"), lit("--output"), lit("text"))
		c.sets = s.Group
	case LookUp:
		begin("describe-security-group-rules")
		c.add(lit("--filters"), append(lit("Name=group-id,Values="), id(s.Group)...))
		c.join()
	case Delete:
		begin("delete-security-group")
		c.add(lit("--group-id"), id(s.Group))
	case SetGroups:
		begin("modify-network-interface-attribute")
		c.add(lit("--network-interface-id"), lit(s.Interface), lit("--groups"))
		for _, g := range s.Groups {
			c.add(id(g))
		}
	case Authorize, Revoke:
		begin(string(s.Verb) + "-security-group-" + s.Direction.String())
		c.add(lit("--group-id"), id(s.Group))
		if s.Verb == Revoke && len(s.IDs) > 0 {
			c.add(lit("--security-group-rule-ids"))
			for _, rule := range s.IDs {
				c.add(lit(rule))
			}
			break
		}
		c.add(lit("--ip-permissions"), s.permissions())
		if tags := s.sharedTags(); s.Verb == Authorize && len(tags) > 0 {
			c.add(lit("--tag-specifications"), tagSpecification("security-group-rule", tags).word())
		}
	}
	return c
}

// join makes one part of neighbouring literal parts of the last word.
func (c *call) join() {
	last := &c.words[len(c.words)-1]
	var joined word
	for _, p := range *last {
		if n := len(joined); n > 0 && !joined[n-1].variable && !p.variable {
			joined[n-1].text += p.text
			continue
		}
		joined = append(joined, p)
	}
	*last = joined
}

func (s *Step) creation() word {
	g := s.Details
	j := &jsonWriter{}
	j.raw(`{"GroupName":`).quoted(g.Name).raw(`,"Description":`).quoted(g.Description)
	if g.VPC != "" {
		j.raw(`,"VpcId":`).quoted(g.VPC)
	}
	if tags := ownTags(g.Tags); len(tags) > 0 {
		j.raw(`,"TagSpecifications":`)
		writeTags(j, "security-group", tags)
	}
	return j.raw("}").word()
}

// filters finds a group by its name, in which EC2 reads * and ? as wildcards
// unless a backslash stands before them.
func (s *Step) filters() word {
	j := &jsonWriter{}
	j.raw(`{"Filters":[{"Name":"group-name","Values":[`).quoted(wildcards.Replace(s.Details.Name)).raw(`]}`)
	if s.Details.VPC != "" {
		j.raw(`,{"Name":"vpc-id","Values":[`).quoted(s.Details.VPC).raw(`]}`)
	}
	return j.raw("]}").word()
}

var wildcards = strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`)

// sharedTags are the tags of an authorization, which every rule of it gets,
// where all of its rules have the same.
func (s *Step) sharedTags() []inventory.Tag {
	if len(s.Rules) == 0 {
		return nil
	}
	tags := ownTags(s.Rules[0].Tags)
	for i := range s.Rules {
		if !slices.Equal(ownTags(s.Rules[i].Tags), tags) {
			return nil
		}
	}
	return tags
}

// ownTags leaves out the tags that AWS reserves for itself.
func ownTags(tags []inventory.Tag) []inventory.Tag {
	return slices.DeleteFunc(slices.Clone(tags), func(t inventory.Tag) bool { return strings.HasPrefix(strings.ToLower(t.Key), "aws:") })
}

func tagSpecification(kind string, tags []inventory.Tag) *jsonWriter {
	j := &jsonWriter{}
	writeTags(j, kind, tags)
	return j
}

func writeTags(j *jsonWriter, kind string, tags []inventory.Tag) {
	j.raw(`[{"ResourceType":`).quoted(kind).raw(`,"Tags":[`)
	for i, t := range tags {
		if i > 0 {
			j.raw(",")
		}
		j.raw(`{"Key":`).quoted(t.Key).raw(`,"Value":`).quoted(t.Value).raw("}")
	}
	j.raw("]}]")
}
