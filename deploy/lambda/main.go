// Lambda runs sgaudit in AWS Lambda: it asks the runtime API for one invocation after
// the other, audits a region for each, and answers with the report. It is the entry
// point of the image in this folder; README.md says what Lambda can and cannot do.
//
// The runtime API is that of the AWS Lambda developer guide, "Using the Lambda runtime
// API for custom runtimes", version 2018-06-01.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"time"
)

const (
	program    = "/sgaudit"
	mostAnswer = 6 << 20         // bytes of the answer to a synchronous invocation (Lambda quotas)
	reserve    = 5 * time.Second // before the deadline: to report what was read so far
)

// event is what an invocation asks for. All but the region may be left out.
type event struct {
	Region      string `json:"region"`
	Depth       string `json:"depth"`
	MinSeverity string `json:"min_severity"`
	FailOn      string `json:"fail_on"`
}

// answer is what an invocation gets: the exit code of the audit (0, 1 or 3), and its report.
type answer struct {
	ExitCode int             `json:"exit_code"`
	Report   json.RawMessage `json:"report"`
}

func main() {
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		if err := next(api, program); err != nil {
			fmt.Fprintln(os.Stderr, "sgaudit in Lambda:", err)
			os.Exit(1) // Lambda starts it anew
		}
	}
}

// next waits for an invocation, runs the audit and sends the response. An audit that
// fails is a response too: the error is about the runtime API alone.
func next(api, program string) error {
	asked, err := http.Get(api + "next") // the runtime API responds when there is an invocation
	if err != nil {
		return fmt.Errorf("asking for an invocation: %w", err)
	}
	defer asked.Body.Close()
	text, err := io.ReadAll(io.LimitReader(asked.Body, mostAnswer))
	id := asked.Header.Get("Lambda-Runtime-Aws-Request-Id")
	switch {
	case err != nil:
		return fmt.Errorf("reading an invocation: %w", err)
	case asked.StatusCode != http.StatusOK || id == "":
		return fmt.Errorf("asking for an invocation: status %s, id %q", asked.Status, id)
	}
	place, body := api+id+"/response", []byte(nil)
	deadline, err := strconv.ParseInt(asked.Header.Get("Lambda-Runtime-Deadline-Ms"), 10, 64)
	if err == nil {
		body, err = audit(text, time.UnixMilli(deadline).Add(-reserve), program)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sgaudit in Lambda:", err)
		place = api + id + "/error"
		if body, err = json.Marshal(map[string]string{"errorType": "sgaudit", "errorMessage": err.Error()}); err != nil {
			return fmt.Errorf("writing an error: %w", err)
		}
	}
	said, err := http.Post(place, "application/json", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("answering: %w", err)
	}
	said.Body.Close()
	if said.StatusCode != http.StatusAccepted {
		return fmt.Errorf("answering: status %s", said.Status)
	}
	return nil
}

// audit runs the program for an event and returns the answer. Shortly before the deadline
// it interrupts the program, which then reports what it has read as incomplete.
func audit(text []byte, until time.Time, program string) ([]byte, error) {
	var e event
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&e); err != nil {
		return nil, fmt.Errorf("reading the event: %w", err)
	}
	if e.Region == "" {
		return nil, errors.New(`the event names no region: {"region": "eu-west-1"}`)
	}
	args := []string{"audit", "--quiet", "--output=json", "--region=" + e.Region}
	for flag, value := range map[string]string{"depth": e.Depth, "min-severity": e.MinSeverity, "fail-on": e.FailOn} {
		if value != "" {
			args = append(args, "--"+flag+"="+value)
		}
	}
	ctx, cancel := context.WithDeadline(context.Background(), until)
	defer cancel()
	command := exec.CommandContext(ctx, program, args...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = reserve / 2
	var report, said bytes.Buffer
	command.Stdout, command.Stderr = &report, io.MultiWriter(os.Stderr, &said)
	err := command.Run()
	switch code := command.ProcessState.ExitCode(); {
	case command.ProcessState == nil:
		return nil, fmt.Errorf("starting sgaudit: %w", err)
	case code != 0 && code != 1 && code != 3:
		return nil, fmt.Errorf("sgaudit ended with exit code %d: %s", code, bytes.TrimSpace(said.Bytes()))
	case report.Len() > mostAnswer-1024:
		return nil, fmt.Errorf("the report has %d bytes, and Lambda takes %d: ask for a min_severity", report.Len(), mostAnswer)
	default:
		return json.Marshal(answer{code, report.Bytes()})
	}
}
