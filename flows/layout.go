package flows

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/words"
)

// column says what a column of a record is used for.
type column uint8

const (
	ignored column = iota
	colAccount
	colInterface
	colSource
	colDestination
	colSourcePort
	colDestinationPort
	colProtocol
	colPackets
	colBytes
	colStart
	colEnd
	colAction
	colStatus
	colFlags
	colPacketSource
	colPacketDestination
	colDirection

	columns
)

// fields are the fields of versions 2 to 11 (Amazon VPC user guide, flow log
// records; version 6 belongs to transit gateways and has none of them), with the
// use of those that matter here.
var fields = map[string]column{
	"version": ignored, "account-id": colAccount, "interface-id": colInterface, "srcaddr": colSource, "dstaddr": colDestination,
	"srcport": colSourcePort, "dstport": colDestinationPort, "protocol": colProtocol, "packets": colPackets, "bytes": colBytes,
	"start": colStart, "end": colEnd, "action": colAction, "log-status": colStatus,
	"vpc-id": ignored, "subnet-id": ignored, "instance-id": ignored, "tcp-flags": colFlags, "type": ignored,
	"pkt-srcaddr": colPacketSource, "pkt-dstaddr": colPacketDestination,
	"region": ignored, "az-id": ignored, "sublocation-type": ignored, "sublocation-id": ignored,
	"pkt-src-aws-service": ignored, "pkt-dst-aws-service": ignored, "flow-direction": colDirection, "traffic-path": ignored,
	"ecs-cluster-arn": ignored, "ecs-cluster-name": ignored, "ecs-container-instance-arn": ignored, "ecs-container-instance-id": ignored,
	"ecs-container-id": ignored, "ecs-second-container-id": ignored, "ecs-service-name": ignored, "ecs-task-definition-arn": ignored,
	"ecs-task-arn": ignored, "ecs-task-id": ignored,
	"reject-reason": ignored, "resource-id": ignored, "encryption-status": ignored,
	"instance-tag": ignored, "instance-tag-2": ignored, "interface-tag": ignored, "interface-tag-2": ignored, "asg-tag": ignored, "asg-tag-2": ignored,
	"interface-type": ignored, "next-hop-interface-id": ignored, "next-hop-subnet-id": ignored, "next-hop-az-id": ignored,
	"next-hop-vpc-id": ignored, "next-hop-interface-type": ignored,
}

// DefaultFormat is the format of a flow log that was created without one.
const DefaultFormat = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}"

// maxColumns bounds what a header may name: there are fewer than 64 fields.
const maxColumns = 256

// layout is the order of the columns of a file.
type layout struct {
	uses    []column
	has     [columns]bool
	unknown []string // names of columns that are not fields, in their order
}

// needed are the columns without which a record cannot be attributed to a rule.
var needed = []struct {
	use  column
	name string
}{
	{colInterface, "interface-id"},
	{colSource, "srcaddr"},
	{colDestination, "dstaddr"},
	{colSourcePort, "srcport"},
	{colDestinationPort, "dstport"},
	{colProtocol, "protocol"},
	{colStart, "start"},
	{colEnd, "end"},
	{colAction, "action"},
}

var errNoColumns = errors.New("it has no columns")

// newLayout makes a layout of the names of columns.
func newLayout(names []string) (*layout, error) {
	if len(names) == 0 || len(names) > maxColumns {
		return nil, errNoColumns
	}
	l := &layout{}
	seen := map[string]bool{}
	for _, name := range names {
		use, known := fields[name]
		switch {
		case seen[name]:
			return nil, fmt.Errorf("it names the column %q twice", name)
		case !known:
			l.unknown = append(l.unknown, name)
		}
		seen[name] = true
		l.uses = append(l.uses, use)
		l.has[use] = true
	}
	var missing []string
	for _, n := range needed {
		packet := n.use == colSource && l.has[colPacketSource] || n.use == colDestination && l.has[colPacketDestination]
		if !l.has[n.use] && !packet {
			missing = append(missing, n.name)
		}
	}
	if seen["tgw-id"] && !l.has[colInterface] {
		return nil, errTransitGateway
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("it lacks %s: without that, a record cannot be attributed to a rule", strings.Join(missing, ", "))
	}
	return l, nil
}

// parseFormat reads a LogFormat as DescribeFlowLogs returns it: "${version} ${account-id} …".
func parseFormat(format string) (*layout, error) {
	var names []string
	for _, word := range strings.Fields(format) {
		name, open := strings.CutPrefix(word, "${")
		name, closed := strings.CutSuffix(name, "}")
		if !open || !closed {
			return nil, fmt.Errorf("%q is not a field like ${srcaddr}", word)
		}
		names = append(names, name)
	}
	return newLayout(names)
}

// CheckFormat refuses what is not a format of flow logs with the fields that are needed:
// "${version} ${account-id} …".
func CheckFormat(format string) error {
	_, err := parseFormat(format)
	return err
}

// isHeader reports whether a line holds the names of columns: words of small
// letters, digits and hyphens that begin with a letter, a field among them.
func isHeader(line []byte) bool {
	if len(line) == 0 || line[0] < 'a' || line[0] > 'z' || len(line) > 1<<14 {
		return false
	}
	names := strings.Fields(string(line))
	known := 0
	for _, name := range names {
		for _, c := range []byte(name) {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
		if _, ok := fields[name]; ok {
			known++
		}
	}
	return known >= 2
}

// headerLayout reads the first line of a file.
func headerLayout(line []byte) (*layout, error) { return newLayout(strings.Fields(string(line))) }

// guessLayout returns the layout of a file without a header: the default format,
// if the line has as many columns and is of version 2.
func guessLayout(line []byte) *layout {
	words := strings.Fields(string(line))
	if len(words) == 14 && words[0] == "2" {
		l, _ := parseFormat(DefaultFormat)
		return l
	}
	return nil
}

// fieldName is the form of the name of a field.
var fieldName = words.Form(`^[a-z][a-z0-9-]{0,63}$`)

// FormatFields returns the names of the fields of a LogFormat as DescribeFlowLogs
// returns it, in their order; those of the default format if it is empty. A format
// with a name of another form than those of fields, or without which a record cannot be attributed to a
// rule, is an error.
func FormatFields(format string) ([]string, error) {
	if format == "" {
		format = DefaultFormat
	}
	l, err := parseFormat(format)
	if err != nil {
		return nil, err
	}
	for _, name := range l.unknown { // fields that are newer than this program
		if !fieldName().MatchString(name) {
			return nil, fmt.Errorf("%q is not the name of a field", words.Cut(name, 60))
		}
	}
	return strings.Fields(strings.NewReplacer("${", "", "}", "").Replace(format)), nil
}
