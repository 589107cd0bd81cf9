mod harness;
mod main_job;
