package flows_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/flows"
)

// The files of the flow log of a transit gateway lie in the folders of the others. They are left
// out with a word, and nothing counts as missing because of them.
func TestTransitGateway(t *testing.T) {
	const transit = "version resource-type account-id tgw-id tgw-attachment-id tgw-src-eni tgw-dst-eni srcaddr dstaddr srcport dstport protocol packets bytes start end log-status\n" +
		"6 TransitGateway 123456789012 tgw-1 tgw-attach-1 eni-0b eni-0c 10.0.0.5 10.9.0.5 40000 443 6 10 840 1790812800 1790812860 OK\n"
	for name, content := range map[string][]byte{
		"123456789012_vpcflowlogs_eu-west-1_fl-0b_20261001T0000Z_1a2b3c.log":         []byte(transit),
		"123456789012_vpcflowlogs_eu-west-1_fl-0b_20261001T0000Z_1a2b3c.log.parquet": asParquet(t, transit, false),
	} {
		dir := t.TempDir()
		for file, text := range map[string][]byte{name: content, "x.log": []byte(v2Header + "\n" + v2Line + "\n")} {
			if err := os.WriteFile(filepath.Join(dir, file), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s := read(t, flows.Options{Addresses: ownAddress, Now: time.Unix(begin, 0).AddDate(0, 1, 0)}, dir)
		if s.Records != 1 || len(s.Notes) != 1 || s.Notes[0].Loss || !strings.Contains(s.Notes[0].Text, "of a flow log of a transit gateway") || filepath.Base(s.Notes[0].File) != name {
			t.Errorf("%s: %d records, %v", name, s.Records, s.Notes)
		}
	}
}
