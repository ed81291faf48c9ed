package flows_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/flows"
)

// A header that is not the format of its flow log in the inventory is said, with both.
func TestHeaderOfAnotherFormat(t *testing.T) {
	const name = "123456789012_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20261001T0000Z_1a2b3c.log"
	for header, want := range map[string]string{
		v2Header: "",
		strings.Replace(v2Header, "srcport dstport", "dstport srcport", 1): `column 6 "dstport", and the format of fl-0123456789abcdef0 in the inventory names it "srcport"`,
		v2Header + " tcp-flags":                     "more columns than the format of fl-0123456789abcdef0 in the inventory, 15 and not 14",
		strings.TrimSuffix(v2Header, " log-status"): "fewer columns than the format of fl-0123456789abcdef0 in the inventory, 13 and not 14",
	} {
		line := strings.Join(strings.Fields(v2Line + " 3")[:len(strings.Fields(header))], " ")
		for file, noted := range map[string]bool{name: want != "", "x.log": false} {
			o := flows.Options{Addresses: ownAddress, Formats: map[string]string{"fl-0123456789abcdef0": flows.DefaultFormat}}
			s := read(t, o, write(t, t.TempDir(), file, header+"\n"+line+"\n"))
			if s.Records != 1 || (len(s.Notes) == 1) != noted || noted && (!strings.Contains(s.Notes[0].Text, want) || s.Notes[0].Loss) {
				t.Errorf("%s in %s: %d records, %v", header, file, s.Records, s.Notes)
			}
		}
	}
}
